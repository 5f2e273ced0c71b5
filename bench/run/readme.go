package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"schedlab/bench"
	"schedlab/workloads"
)

// What stands in a README between these lines is written by -readme.
const (
	readmeBegin = "<!-- begin of what `go run ./bench/run -compare DIR -readme README.md` " +
		"writes -->\n"
	readmeEnd = "<!-- end -->\n"
)

// rewriteReadme puts the main tables of r, which was loaded from dir, into the file at path; or
// the curve, if r is of a simulated machine.
func rewriteReadme(path, dir string, r *results) error {
	write := tablesBlock
	if r.machine != "" {
		write = curveBlock
	}
	if err := write.publishable(dir, r); err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	link, err := linkTo(dir, path)
	if err != nil {
		return err
	}
	updated, err := write.splice(string(old), write.text(link, r))
	if err != nil {
		return fmt.Errorf("-readme: %s: %w", path, err)
	}
	return replaceFile(path, []byte(updated))
}

// linkTo returns the link that leads from the file at path to dir.
func linkTo(dir, path string) (string, error) {
	from, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	link, err := filepath.Rel(from, dir)
	return filepath.ToSlash(link), err
}

// finishedIn refuses a comparison that was interrupted.
func finishedIn(dir string) error {
	if strings.HasSuffix(filepath.Clean(dir), partial) {
		return fmt.Errorf("-readme: %s was interrupted; give a finished comparison", dir)
	}
	return nil
}

// publishable refuses a comparison that was interrupted, that has too few samples, or that
// lacks workloads.
func publishable(dir string, r *results) error {
	if err := finishedIn(dir); err != nil {
		return err
	}
	fewest := r.fewest()
	switch {
	case fewest < defaultCount:
		return fmt.Errorf("-readme: %s has cells of %d samples; publish none of fewer than %d",
			dir, fewest, defaultCount)
	case len(r.workloads) < len(workloads.Table):
		return fmt.Errorf("-readme: %s has %d of %d workloads; give a comparison of all",
			dir, len(r.workloads), len(workloads.Table))
	}
	return nil
}

// block is a part of README that is generated.
type block struct {
	begin, end  string // the lines around it
	publishable func(dir string, r *results) error
	text        func(link string, r *results) string
}

// tablesBlock is the main tables of the real machine.
var tablesBlock = block{readmeBegin, readmeEnd, publishable, readmeText}

func (b block) splice(readme, text string) (string, error) {
	before, rest, begins := strings.Cut(readme, b.begin)
	_, after, ends := strings.Cut(rest, b.end)
	if !begins || !ends {
		return "", fmt.Errorf("there is no place for what is generated; "+
			"mark it with the lines\n%s%s", b.begin, b.end)
	}
	return before + b.begin + text + b.end + after, nil
}

// mainQuestions are the sections of the main metrics, as a text.
func mainQuestions() string {
	var list []string
	for _, s := range sections(bench.Mains()) {
		list = append(list, strings.ToLower(s.title))
	}
	return strings.Join(list, " and ")
}

func readmeText(link string, r *results) string {
	var s strings.Builder
	top := r.top()
	fmt.Fprintf(&s, "\n![%s of the designs](%s/%s)\n", mainQuestions(), link, pictureFile)
	fmt.Fprintf(&s, "\n<details><summary>The same in figures</summary>\n"+
		"\nFrom [%s](%s), where there is more. Median of the samples, "+
		"± how far the 95%% confidence interval reaches,\n"+
		"and how many times the first column's it is (1/n: the n-th part of it; "+
		"~: no significant difference; ±?: the median is 0, or an end of the interval).\n",
		link, link)
	for _, m := range bench.Mains() {
		if body := table(top, m, groups(r.designs)[0].designs); body != "" {
			_, rows, _ := strings.Cut(body, "|")
			fmt.Fprintf(&s, "\n**%s, %d Ps**\n\n|%s", m.Main, top.procs[0], rows)
		}
	}
	s.WriteString("\n</details>\n\n")
	return s.String()
}
