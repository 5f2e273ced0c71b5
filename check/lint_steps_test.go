package check_test

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// A step of a protocol is the number of an item in a list. A comment that speaks
// of one either contains the list, or names it:
//
//	step 4 of 'Submit and stop spinning'    the list below that title
//	step 3 of Put                           a list of this file, below the word Put
//	step 4: see 'Submit and stop spinning'  the same
var (
	step   = regexp.MustCompile(`\b[Ss]teps?\s+\d+(s\b)?(\s*(,|to|and|or)\s*\d+\b)*`)
	number = regexp.MustCompile(`\d+`)
	ofList = regexp.MustCompile(`^\s+of\s+(?:['"]([^'"]+)['"]|([\w.*()]+))`)
	titled = regexp.MustCompile(`'([^']+)'`)
)

// stepsNameTheirList: the reader of a step's number finds the step.
var stepsNameTheirList = rule{
	name: "steps name their list",
	find: func(t *tree) (found []finding) {
		sections := t.sections()
		t.comments(func(s *source, group *ast.CommentGroup, text string) {
			for _, m := range step.FindAllStringIndex(text, -1) {
				steps := number.FindAllString(text[m[0]:m[1]], -1)
				if !hasSteps(text, steps) && !s.hasList(text, text[m[1]:], steps, sections) {
					found = append(found, t.finding(lineIn(group, text, m[0]),
						"no list has "+oneLine(text[m[0]:m[1]]),
						"name its list: step N of 'Title', or of a name that a list of this file "+
							"has"))
				}
			}
		})
		return found
	},
	bad: map[string]string{
		"host/a.go": "package host\n\n// # Steps\n//\n// It has\n//\n//\t1. a   1. b\n//\t2. a\n" +
			"var x int\n\n" +
			"// Step 1 comes first.\nvar y int\n\n// Text.\n// Steps 2 and 3 of 'Steps'.\n" +
			"var z int\n\n" +
			"// Step 1 of 'Stairs'.\nvar a int // step 3 of F\n",
		"host/b.go": "package host\n\nvar b int // step 2 of it, in a.go\n",
	},
	want: []string{
		"host/a.go:11: no list has Step 1",
		"host/a.go:15: no list has Steps 2 and 3",
		"host/a.go:18: no list has Step 1",
		"host/a.go:19: no list has step 3",
		"host/b.go:3: no list has step 2",
	},
	good: map[string]string{
		"host/a.go": "package host\n\n// # Steps of a door\n//\n//  1. a\n//  2. b\n//\n" +
			"// F: step 1, both steps 2.\n" +
			"var x int\n\nvar y int // step 2 of F\n\nvar z int // \"steps\", stepwise, 2 steps\n",
		"host/b.go": "package host\n\n// Step 1 of 'Steps of\n// a door'.\n" +
			"var b int // step 2: see 'Steps of a door'\n",
		"host/c.go": "package host\n\n// After step 2 it prints\n//\n//\tstep │\n" +
			"//\t  1  │ load\n//\t  2* │ store\nvar c int\n",
	},
}

// hasSteps: text contains a list that has all the numbers.
func hasSteps(text string, steps []string) bool {
	return !slices.ContainsFunc(steps, func(n string) bool {
		item := regexp.MustCompile(`(?m)(^|\s{2}|\t)` + n + `(\.|\*?\s+│)\s`)
		return !item.MatchString(text)
	})
}

// hasList: the comment, which goes on with after, names a list that has the steps.
func (s *source) hasList(comment, after string, steps []string, sections map[string][]string) bool {
	inSection := func(title string) bool {
		return slices.ContainsFunc(sections[oneLine(title)],
			func(text string) bool { return hasSteps(text, steps) })
	}
	if of := ofList.FindStringSubmatch(after); of != nil {
		if of[1] != "" {
			return inSection(of[1])
		}
		name := regexp.MustCompile(`\b` + regexp.QuoteMeta(strings.Trim(of[2], ".*()")) + `\b`)
		if slices.ContainsFunc(s.ast.Comments, func(g *ast.CommentGroup) bool {
			text := g.Text()
			return text != comment && name.MatchString(text) && hasSteps(text, steps)
		}) {
			return true
		}
	}
	return slices.ContainsFunc(titled.FindAllStringSubmatch(comment, -1), func(m []string) bool {
		return inSection(m[1])
	})
}
