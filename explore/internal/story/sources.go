package story

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
)

// # Names from the source
//
// An object that the program has not named gets the name that it has in the source: at
// q.head.Load() it is q.head. If two objects have the same name, the second one is q.head#2.
// If there is no source, or a line has several such calls, the type is the name.

// named returns a name for each of uses, by index.
func (r *recording) named(uses [][]site) []string {
	names, count := make([]string, len(uses)), map[string]int{}
	for i, calls := range uses {
		n := r.name(calls)
		if n == "" {
			continue
		}
		if count[n]++; count[n] > 1 {
			n = fmt.Sprintf("%s#%d", n, count[n])
		}
		names[i] = n
	}
	return names
}

func (r *recording) name(calls []site) string {
	for _, c := range calls {
		if all := r.sources.receivers(c); len(all) == 1 {
			return all[0]
		}
	}
	if len(calls) == 0 {
		return ""
	}
	typeName, _, _ := strings.Cut(calls[0].method, ".")
	return typeName
}

// sources are parsed files by name.
type sources map[string]*source

type source struct {
	lines []string
	calls map[int][]call // by line
}

type call struct{ name, receiver string }

// receivers returns the receiver of the call at s, as it stands in the source. If the line
// has several such calls it returns all their receivers.
func (f sources) receivers(s site) (all []string) {
	for _, c := range f.of(s).calls[s.line] {
		if c.name == s.call {
			all = append(all, c.receiver)
		}
	}
	return all
}

// line returns the source line of s; "" if its file cannot be read.
func (f sources) line(s site) string {
	if lines := f.of(s).lines; 0 < s.line && s.line <= len(lines) {
		return strings.TrimSpace(lines[s.line-1])
	}
	return ""
}

// of returns the source file of s.
func (f sources) of(s site) *source {
	src := f[s.file]
	if src == nil {
		src = parseSource(s.file)
		f[s.file] = src
	}
	return src
}

// parseSource returns the lines of file and its calls of methods. It returns none if the
// file cannot be read.
func parseSource(file string) *source {
	src := &source{calls: map[int][]call{}}
	text, err := os.ReadFile(file)
	if err != nil {
		return src
	}
	src.lines = strings.Split(string(text), "\n")
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
	if err != nil {
		return src
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if sel, ok := c.Fun.(*ast.SelectorExpr); ok {
				at := func(p token.Pos) int { return fset.Position(p).Offset }
				expr := string(text[at(sel.X.Pos()):at(sel.X.End())])
				receiver := strings.Join(strings.Fields(expr), " ")
				if len(receiver) > maxValue {
					receiver = "…" + receiver[len(receiver)-maxValue:]
				}
				line := fset.Position(sel.Sel.Pos()).Line
				src.calls[line] = append(src.calls[line], call{sel.Sel.Name, receiver})
			}
		}
		return true
	})
	return src
}
