package check_test

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	codeSpan   = regexp.MustCompile("`([^`]+)`")
	bareSource = regexp.MustCompile(`\b[\w/]+\.go\b`)
	pathWord   = regexp.MustCompile(`(?:^|[\s"'(=])((?:\./)?[\w.-]+(?:/[\w.-]+)*/?)`)
	baseName   = regexp.MustCompile(`^\w+\.(go|md|svg|conf)$`)
	makeGoal   = regexp.MustCompile(`\bmake ([a-z][a-z-]*)\b`)
	runFlag    = regexp.MustCompile(`\s-run[= ]'?([^'\s]+)'?`)

	// placeholder is what the reader puts a name in place of.
	placeholder = regexp.MustCompile(`(^|/)[A-Z]+(\.\w+)?(/|$)|yours|…|\.\.\.`)
)

// commandsExist: in the code of a page, the goals of make, the tests that go is to
// run, and the files and folders that it names, are there. So are the sources that
// the text names. Names in capitals, "…" and "yours" stand for others.
var commandsExist = rule{
	name: "commands exist",
	find: func(t *tree) (found []finding) {
		makefile, _ := fs.ReadFile(t.fsys, "Makefile")
		for _, p := range t.pages {
			if isResult(p.path) {
				continue
			}
			p.code(func(n int, code string) {
				missing := append(missingGoals(code, string(makefile)), t.missingPaths(code)...)
				for _, what := range append(missing, t.missingTests(code)...) {
					found = append(found, finding{p.path, n, "there is no " + what,
						"correct the name"})
				}
			})
		}
		return found
	},
	bad: map[string]string{
		"Makefile": text("test: ## x"),
		"a.md": text("`make tests` and `rt/gone.go`, `gone.go`, and far.go",
			"", "    go run ./rt/gone"),
		"b.md":         text("```", "go test ./rt -run 'One|Two/x|^TestThree$'", "```"),
		"rt/a_test.go": text("package rt", "func TestOneMore() {}", "func BenchmarkTwo() {}"),
	},
	want: []string{
		"a.md:1: there is no goal tests of make",
		"a.md:1: there is no rt/gone.go",
		"a.md:1: there is no gone.go",
		"a.md:1: there is no far.go",
		"a.md:3: there is no ./rt/gone",
		"b.md:2: there is no test in rt for -run Two",
		"b.md:2: there is no test in rt for -run ^TestThree$",
	},
	good: map[string]string{
		"Makefile": text("test: ## x"),
		"a.md": text(
			"`make test`, make sure, `rt/a_test.go`, a_test.go, `x/y`, `designs/yours/x.go`",
			"", "    go test ./rt -run 'One|More/x' rt/NAME, rt/…/x # rt", "    schedlab/rt ./..."),
		"rt/a_test.go": text("package rt", "func TestOneMore() {}"),
		"results/a.md": text("`make tests`"),
	},
}

// code calls f with every line of code, and of what flows with every code span and
// every source that is named outside of them.
func (p *page) code(f func(n int, code string)) {
	for _, text := range p.paragraphs() {
		for _, l := range text.lines {
			if text.preformatted {
				f(l.n, l.text)
				continue
			}
			line := p.lines[l.n-1]
			for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
				f(l.n, m[1])
			}
			for _, name := range bareSource.FindAllString(codeSpan.ReplaceAllString(line, ""), -1) {
				f(l.n, name)
			}
		}
	}
}

func missingGoals(code, makefile string) (missing []string) {
	for _, m := range makeGoal.FindAllStringSubmatch(code, -1) {
		if !strings.Contains("\n"+makefile, "\n"+m[1]+":") {
			missing = append(missing, fmt.Sprintf("goal %s of make", m[1]))
		}
	}
	return missing
}

// missingPaths returns the files and folders that code names and that do not
// exist. A path is a name that begins with ./ or with a folder of the root.
func (t *tree) missingPaths(code string) (missing []string) {
	for _, m := range pathWord.FindAllStringSubmatch(code, -1) {
		name := strings.TrimPrefix(m[1], modulePath+"/")
		first, _, deep := strings.Cut(name, "/")
		switch {
		case placeholder.MatchString(name):
		case baseName.MatchString(name) && !t.hasBase(name),
			deep && (first == "." || exists(t.fsys, first)) && !exists(t.fsys, name):
			missing = append(missing, name)
		}
	}
	return missing
}

func (t *tree) hasBase(name string) bool {
	return slices.ContainsFunc(t.texts, func(text string) bool { return path.Base(text) == name })
}

// missingTests returns the parts of a -run flag that match no test of the package
// that the command names.
func (t *tree) missingTests(code string) (missing []string) {
	m := runFlag.FindStringSubmatch(code)
	if m == nil || !strings.Contains(code, "./") || placeholder.MatchString(code) {
		return nil
	}
	_, pkg, _ := strings.Cut(code, "./")
	pkg, _, _ = strings.Cut(pkg, " ")
	for pattern := range strings.SplitSeq(m[1], "|") {
		if !t.hasTest(pkg, pattern) {
			missing = append(missing, fmt.Sprintf("test in %s for -run %s", pkg, pattern))
		}
	}
	return missing
}

// hasTest: the pattern's part before a slash matches the name of a test of pkg.
func (t *tree) hasTest(pkg, pattern string) bool {
	top, _, _ := strings.Cut(pattern, "/")
	name, err := regexp.Compile(top)
	return err == nil && slices.ContainsFunc(t.source, func(s *source) bool {
		isTest := func(d ast.Decl) bool {
			f, ok := d.(*ast.FuncDecl)
			return ok && strings.HasPrefix(f.Name.Name, "Test") && name.MatchString(f.Name.Name)
		}
		return s.pkg() == pkg && s.isTest() && slices.ContainsFunc(s.ast.Decls, isTest)
	})
}
