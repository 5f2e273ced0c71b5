package check_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// machinePath: an absolute path of somebody's machine.
var machinePath = regexp.MustCompile(`(^|[^\w./~-])/(` +
	strings.Join([]string{"work", "home", "root", "tmp", "Users", "usr/local"}, "|") + `)/\w`)

// noPathOfAMachine: nothing in the tree depends on, or tells of, the machine it
// was written on. Every text file is read, results too.
var noPathOfAMachine = rule{
	name: "no path of a machine",
	find: func(t *tree) (found []finding) {
		for _, name := range t.texts {
			src, err := fs.ReadFile(t.fsys, name)
			if err != nil {
				return append(found, finding{name, 0, err.Error(), "make it readable"})
			}
			lines := bufio.NewScanner(bytes.NewReader(src))
			lines.Buffer(nil, len(src)+1)
			for n := 1; lines.Scan(); n++ {
				if m := machinePath.FindString(lines.Text()); m != "" {
					found = append(found, finding{name, n,
						fmt.Sprintf("an absolute path: %q", strings.TrimSpace(m)+"..."),
						"write it relative to the module, or ask the system (os.TempDir, " +
							"t.TempDir)"})
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"a.md":      "first\nin /" + "home/me/x",
		"bench/a.s": "/" + "work/x",
		"host/a.go": "package host\n\nvar x = \"/" + "tmp/x\"\n",
	},
	want: []string{
		"a.md:2: an absolute path",
		"bench/a.s:1: an absolute path",
		"host/a.go:3: an absolute path",
	},
	good: map[string]string{
		"a.md": "https://example.com/" + "home/me, bench/" + "work/x, ./" + "tmp/x, /" +
			"work, and/" + "home/x",
	},
}
