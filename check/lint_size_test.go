package check_test

import (
	"fmt"
	"go/ast"
	"strings"
	"unicode/utf8"
)

const (
	maxFuncLines = 70
	maxColumns   = 100
	tabColumns   = 4
)

// functionsAreShort: outside tests, none is longer than one can see at once.
var functionsAreShort = rule{
	name: "functions are short",
	find: func(t *tree) (found []finding) {
		for _, s := range t.source {
			if s.isTest() {
				continue
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if lines := t.funcLines(n); lines > maxFuncLines {
					found = append(found, t.finding(n.Pos(), fmt.Sprintf("a function of %d "+
						"lines", lines),
						fmt.Sprintf("split it: %d is the limit, 10 is usual", maxFuncLines)))
				}
				return true
			})
		}
		return found
	},
	bad: map[string]string{
		"host/a.go": "package host\n\n// F.\nfunc F() {" + strings.Repeat("\n", maxFuncLines) +
			"}\n",
		"host/b.go": "package host\n\nvar f = func() {" + strings.Repeat("\n", maxFuncLines) +
			"}\n",
	},
	want: []string{"host/a.go:4: a function of 71 lines", "host/b.go:3: a function of 71 lines"},
	good: map[string]string{
		"host/a.go": "package host\n\n// F\n//\n//\n//\nfunc F() {" +
			strings.Repeat("\n", maxFuncLines-1) + "}\n",
		"host/a_test.go": "package host\n\nfunc F() {" + strings.Repeat("\n", maxFuncLines) + "}\n",
	},
}

// funcLines is the length of n without its comment, or 0 if n is no function.
func (t *tree) funcLines(n ast.Node) int {
	from := n
	switch f := n.(type) {
	case *ast.FuncDecl:
		from = f.Type
	case *ast.FuncLit:
	default:
		return 0
	}
	return t.fset.Position(n.End()).Line - t.fset.Position(from.Pos()).Line + 1
}

// linesAreShort: two files fit side by side. Code and tables of pages, and what a comment
// quotes, are as wide as they must be, and a word that is wider cannot be broken.
var linesAreShort = rule{
	name: "lines are short",
	find: func(t *tree) (found []finding) {
		wide := func(file string, n int, line string) {
			if w := columns(line); w > maxColumns {
				found = append(found, finding{file, n, fmt.Sprintf("a line of %d columns", w),
					fmt.Sprintf("break it: %d is the limit, a tab counts %d", maxColumns,
						tabColumns)})
			}
		}
		for _, p := range t.pages {
			if isResult(p.path) {
				continue
			}
			for _, text := range p.paragraphs() {
				for _, l := range text.lines {
					if line := p.lines[l.n-1]; !text.preformatted && strings.Contains(l.text, " ") {
						wide(p.path, l.n, line)
					}
				}
			}
		}
		for _, s := range t.source {
			for i, line := range s.lines {
				if !preformatted(line) {
					wide(s.path, i+1, line)
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"host/a_test.go": "package host\n\nvar x = `\n" + strings.Repeat("x", maxColumns+1) + "`\n",
		"host/a.go":      "package host\n\n\t// " + strings.Repeat("é", maxColumns-6) + "\n",
		"host/b.go":      "package host\n\nvar x = 1 //\t" + strings.Repeat("x", maxColumns) + "\n",
		"a.md": "- " + strings.Repeat("x ", maxColumns/2) + "\n  " +
			strings.Repeat("x ", maxColumns/2),
	},
	want: []string{
		"a.md:1: a line of 102 columns",
		"a.md:2: a line of 102 columns",
		"host/a.go:3: a line of 101 columns",
		"host/a_test.go:4: a line of 102 columns",
		"host/b.go:3: a line of 116 columns",
	},
	good: map[string]string{
		"host/a.go": "package host\n\n\t// " + strings.Repeat("é", maxColumns-7) + "\n",
		"host/b.go": "// Package host\n//\n//\t" + strings.Repeat("x ", maxColumns) +
			"\npackage host\n",
		"a.md": "    " + strings.Repeat("x ", maxColumns) + "\n\n| " +
			strings.Repeat("x ", maxColumns) + "|\n\n" +
			strings.Repeat("x", maxColumns+1) + "\n",
		"results/a.md": strings.Repeat("x ", maxColumns),
	},
}

func columns(line string) int {
	return utf8.RuneCountInString(line) + (tabColumns-1)*strings.Count(line, "\t")
}

// preformatted says whether a line of Go is one of a comment that is shown as it is: output
// that a test compares, or a table.
func preformatted(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "//\t")
}
