package check_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// mdLink is a link or a picture, in Markdown or in HTML.
var mdLink = regexp.MustCompile(`\]\(([^()\s]+)\)|\b(?:src|href|srcset)="([^"\s]+)"`)

// linksLeadSomewhere: a page's links lead to files and headings that exist.
// Addresses of other places are left alone.
var linksLeadSomewhere = rule{
	name: "links lead somewhere",
	find: func(t *tree) (found []finding) {
		for _, p := range t.pages {
			for i, line := range p.lines {
				for _, m := range mdLink.FindAllStringSubmatch(line, -1) {
					if why := t.broken(p, m[1]+m[2]); why != "" {
						found = append(found, finding{p.path, i + 1, why, "correct the link"})
					}
				}
			}
		}
		return found
	},
	bad: map[string]string{
		"a.md":     "[a](b.md) and [c](sub/d.md)\n[e](#f), [g](sub/h.md#i)\n<img src=\"p.svg\">",
		"sub/h.md": "![x](../q.svg)\n",
	},
	want: []string{
		"a.md:1: no file b.md",
		"a.md:1: no file sub/d.md",
		"a.md:2: a.md has no heading #f",
		"a.md:2: sub/h.md has no heading #i",
		"a.md:3: no file p.svg",
		"sub/h.md:1: no file q.svg",
	},
	good: map[string]string{
		"a.md": "# A b, `c`: d!\n" +
			"[x](#a-b-c-d), [y](sub), [z](sub/h.md#e), [w](https://x.y/z)\n",
		"sub/h.md": "## E\n[x](../a.md#a-b-c-d)\n",
	},
}

// broken says why a link of p leads nowhere, or "".
func (t *tree) broken(p *page, link string) string {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
		return ""
	}
	target, anchor, _ := strings.Cut(link, "#")
	file := p.path
	if target != "" {
		file = path.Join(path.Dir(p.path), target)
	}
	if !exists(t.fsys, file) {
		return "no file " + file
	}
	for _, other := range t.pages {
		if other.path == file && anchor != "" && !other.hasHeading(anchor) {
			return file + " has no heading #" + anchor
		}
	}
	return ""
}

func (p *page) hasHeading(anchor string) bool {
	return slices.ContainsFunc(p.lines, func(line string) bool {
		return mdHead.MatchString(line) && anchorOf(strings.TrimLeft(line, "# ")) == anchor
	})
}

// anchorOf a heading, as GitHub makes it.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	makes    = regexp.MustCompile(`\bmake ([a-z][a-z-]*)\b`)
	pathWord = regexp.MustCompile(`(?:^|[\s"'(=])((?:\./)?[\w.-]+(?:/[\w.-]+)*/?)`)
	goFile   = regexp.MustCompile(`^\w+\.(go|md|svg|conf)$`)
	runFlag  = regexp.MustCompile(`\s-run[= ]'?([^'\s]+)'?`)
)

// commandsExist: in the code of a page, what make is to make, what go is to run,
// and the files and folders that it names, are there. A name in capitals, "…" and
// "yours" stand for names that the reader puts in.
var commandsExist = rule{
	name: "commands exist",
	find: func(t *tree) (found []finding) {
		makefile, _ := fs.ReadFile(t.fsys, "Makefile")
		for _, p := range t.pages {
			if isResult(p.path) {
				continue
			}
			p.code(func(n int, code string) {
				for _, m := range makes.FindAllStringSubmatch(code, -1) {
					if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
						found = append(found, finding{p.path, n, "make has no " + m[1],
							"correct it, or give the Makefile that goal"})
					}
				}
				for _, what := range t.missing(code) {
					found = append(found, finding{p.path, n, "there is no " +
						what, "correct the name"})
				}
			})
		}
		return found
	},
	bad: map[string]string{
		"Makefile":     "test: ## x\n",
		"a.md":         "`make tests` and `rt/gone.go`, `gone.go`\n\n    go run ./rt/gone\n",
		"b.md":         "```\ngo test ./rt -run 'One|Two/x|^TestThree$'\n```\n",
		"rt/a_test.go": "package rt\nfunc TestOneMore() {}\nfunc BenchmarkTwo() {}",
	},
	want: []string{
		"a.md:1: make has no tests",
		"a.md:1: there is no rt/gone.go",
		"a.md:1: there is no gone.go",
		"a.md:3: there is no ./rt/gone",
		"b.md:2: there is no test in rt for -run Two",
		"b.md:2: there is no test in rt for -run ^TestThree$",
	},
	good: map[string]string{
		"Makefile": "test: ## x\n",
		"a.md": "`make test`, make sure, `rt/a_test.go`, `a_test.go`, `designs/yours/x.go`, " +
			"gone.go, `x/y.go`\n\n" +
			"    go test ./rt -run 'One|More/x' rt/NAME, rt/…/x # rt\n\n    schedlab/rt\n",
		"rt/a_test.go": "package rt\nfunc TestOneMore() {}",
		"results/a.md": "`make tests`",
	},
}

// code calls f with every code span and every line of code.
func (p *page) code(f func(n int, code string)) {
	for _, text := range p.paragraphs() {
		for _, l := range text.lines {
			if text.preformatted {
				f(l.n, l.text)
				continue
			}
			for _, m := range codeSpan.FindAllStringSubmatch(p.lines[l.n-1], -1) {
				f(l.n, m[1])
			}
		}
	}
}

// missing returns what code names that is not there: files, and tests to run.
func (t *tree) missing(code string) (names []string) {
	var pkg string
	for _, m := range pathWord.FindAllStringSubmatch(code, -1) {
		name := strings.TrimPrefix(m[1], modulePath+"/")
		first, _, _ := strings.Cut(strings.TrimPrefix(name, "./"), "/")
		switch {
		case strings.Contains(code, "yours") || strings.Contains(code, "…") ||
			placeholder.MatchString(name):
		case goFile.MatchString(name):
			if !t.hasBase(name) {
				names = append(names, name)
			}
		case strings.Contains(name, "/") && (exists(t.fsys, first) || strings.HasPrefix(name,
			"./")):
			if name == "./..." {
			} else if !exists(t.fsys, name) {
				names = append(names, name)
			} else if strings.HasPrefix(name, "./") {
				pkg = path.Clean(name)
			}
		}
	}
	if m := runFlag.FindStringSubmatch(code); m != nil && pkg != "" {
		for pattern := range strings.SplitSeq(m[1], "|") {
			if !t.hasTest(pkg, pattern) {
				names = append(names, fmt.Sprintf("test in %s for -run %s", pkg, pattern))
			}
		}
	}
	return names
}

// placeholder is a name that the reader puts in.
var placeholder = regexp.MustCompile(`(^|/)[A-Z]+(\.\w+)?(/|$)`)

func (t *tree) hasBase(name string) bool {
	return slices.ContainsFunc(t.texts, func(text string) bool { return path.Base(text) == name })
}

// hasTest: the pattern's part before a slash matches the name of a test of pkg.
func (t *tree) hasTest(pkg, pattern string) bool {
	top, _, _ := strings.Cut(pattern, "/")
	name, err := regexp.Compile(top)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(t.source, func(s *source) bool {
		if s.pkg() != pkg || !s.isTest() {
			return false
		}
		return slices.ContainsFunc(s.ast.Decls, func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && strings.HasPrefix(f.Name.Name, "Test") && name.MatchString(f.Name.Name)
		})
	})
}
