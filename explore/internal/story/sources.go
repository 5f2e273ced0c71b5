package story

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
)

// Objects that the program has not named get the name that they have in its
// source: at q.head.Load() it is q.head. Two that have the same are numbered. Where
// the source is not at hand, or says too little, the type is the name.

// named returns the names that follow from uses, one for each, by index.
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

// sources are parsed files.
type sources map[string]*source

type source struct {
	lines []string
	calls map[int][]call // by line
}

type call struct{ name, receiver string }

// receivers returns what may be the receiver of the call at s, as the source has
// it. There is more than one if the line has several such calls.
func (f sources) receivers(s site) (all []string) {
	for _, c := range f.of(s).calls[s.line] {
		if c.name == s.call {
			all = append(all, c.receiver)
		}
	}
	return all
}

// line returns the line of s; "" if its file cannot be read.
func (f sources) line(s site) string {
	if lines := f.of(s).lines; 0 < s.line && s.line <= len(lines) {
		return strings.TrimSpace(lines[s.line-1])
	}
	return ""
}

// of returns the file of s.
func (f sources) of(s site) *source {
	src := f[s.file]
	if src == nil {
		src = parseSource(s.file)
		f[s.file] = src
	}
	return src
}

// parseSource returns the calls of methods in file; none if it cannot be read.
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
				receiver := strings.Join(strings.Fields(string(text[at(sel.X.Pos()):at(sel.X.End())])), " ")
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
