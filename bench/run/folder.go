package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// newest is the name under which -compare finds the comparison that was made last.
const newest = "newest"

// reserved are the names that -as may not give, since each has a meaning of its own.
var reserved = []string{"quick", "full", curvesName, newest}

// word begins with a letter, since git ignores names that begin like a time.
var word = regexp.MustCompile(`^[A-Za-z][\w-]*$`)

// checkName returns an error if -as may not give the name.
func checkName(name string) error {
	switch {
	case slices.Contains(reserved, name):
		return fmt.Errorf("-as is %s; quick, full and curves belong to "+
			"the comparisons of their own flags, and newest to -compare: choose another name", name)
	case !word.MatchString(name):
		return fmt.Errorf("-as is %q; it must be a word like mine-2: letters, digits, - and _, "+
			"a letter first", name)
	}
	return nil
}

// resultsRoot is the folder of the machines' folders.
func resultsRoot(o options, module string) string {
	root := o.out
	if root == "" {
		root = fromHere(filepath.Join(module, "results"))
	}
	if o.simulated() {
		return filepath.Join(root, simFolder)
	}
	return root
}

// resultsDir returns the folder for the comparison that o asks for.
func resultsDir(o options, module string, env environment, now time.Time) string {
	name := o.name
	if name == "" {
		name = now.UTC().Format("20060102-150405")
	}
	return filepath.Join(resultsRoot(o, module), env.get("machine"), name)
}

// fromHere shortens a path below the working directory.
func fromHere(path string) string {
	if here, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(short) {
			return short
		}
	}
	return path
}

// destination says where the comparison described by env is written, and what it replaces. A
// comparison is replaced only by one of the same flags: it is an error if dir holds one that
// another command has made.
func destination(dir string, o options, env environment) (string, error) {
	said := "results: " + dir
	old, err := recorded(dir)
	switch {
	case !exists(dir):
	case err != nil:
		return "", fmt.Errorf("%s has no %s, so is no comparison to be replaced: "+
			"choose another name by -as, or remove it", dir, environmentFile)
	case !slices.Contains(reserved, o.name) && old.get("command") != env.get("command"):
		return "", fmt.Errorf("%s was made by another command and is not replaced: "+
			"choose another name by -as, or remove it (it was: %s)", dir, old.get("command"))
	default:
		said += ", in place of the comparison of " + cmp.Or(old.get("date"), "an earlier source")
	}
	if exists(dir + partial) {
		said += "\nthe samples of an interrupted comparison, " + dir + partial +
			", are replaced, too"
	}
	return said, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// recorded reads environment.txt of the comparison in dir.
func recorded(dir string) (environment, error) {
	text, err := os.ReadFile(filepath.Join(dir, environmentFile))
	return parseEnvironment(string(text)), err
}

// finished returns the folders that match a pattern and have all samples, the one that was
// made last first. The times of the files say nothing, since git does not keep them.
func finished(pattern string) []string {
	// The pattern is well-formed, so there is no error.
	files, _ := filepath.Glob(filepath.Join(pattern, environmentFile))
	made := map[string]string{}
	var dirs []string
	for _, file := range files {
		dir := filepath.Dir(file)
		if env, err := recorded(dir); err == nil && !strings.HasSuffix(dir, partial) {
			dirs = append(dirs, dir)
			made[dir] = env.get("date") // RFC 3339, in UTC: sorts as text
		}
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return strings.Compare(made[b], made[a]) })
	return dirs
}

// find returns the folder that -compare names. what is a path, a name, which stands for the
// newest folder of that name below root, or newest, which stands for the newest of all.
func find(root, what string) (string, error) {
	if exists(what) || what != filepath.Base(what) {
		return what, nil
	}
	name := what
	if what == newest {
		name = "*"
	}
	if dirs := finished(filepath.Join(root, "*", name)); len(dirs) > 0 {
		return dirs[0], nil
	}
	all := finished(filepath.Join(root, "*", "*"))
	if len(all) == 0 {
		return "", fmt.Errorf("there are no comparisons in %s yet: go run ./bench/run makes one",
			root)
	}
	return "", fmt.Errorf("-compare is %s; give %s, or a folder, or the name of one: %s",
		what, newest, strings.Join(all, ", "))
}
