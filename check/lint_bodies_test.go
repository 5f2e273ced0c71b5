package check_test

import (
	"go/ast"
	"path"
	"strings"
)

// lintBodies: the body of a G uses no other body's G. A body is a function literal that is given
// a *rt.G and returns nothing: what G.Go starts. A G's methods are for its own body, so a G, or
// the rt.Parker of one, that was declared outside of the body must be neither the receiver nor
// an argument of a call in it. Two uses are right:
//
//   - Ready(gp), and every function whose name begins with ready: the last argument is the other
//     G, which waits.
//   - A function literal with a result, such as the commit of Park, is no body: its G is that of
//     the body around it.
//
// The rule errs towards missed misuse: it knows no types, so it sees the variables that are
// declared as a *rt.G or an rt.Parker, or made by a call of Parker, and not what is kept in a
// field, a list or a variable made by another call.
func lintBodies(t *tree) (found []finding) {
	for _, s := range t.source {
		b := bodies{tree: t, source: s, rt: rtName(s)}
		if b.rt != noRT {
			ast.Inspect(s.ast, b.visit)
		}
		found = append(found, b.found...)
	}
	return found
}

// bodies looks for the bodies of one file.
type bodies struct {
	*tree
	*source
	rt    string // the name of package rt there, with a dot: "rt."; none within rt itself
	found []finding
}

const noRT = "no import of rt"

func rtName(s *source) string {
	if s.pkg() == "rt" && !strings.HasSuffix(s.ast.Name.Name, "_test") {
		return ""
	}
	for _, i := range s.ast.Imports {
		if strings.Trim(i.Path.Value, `"`) != modulePath+"/rt" {
			continue
		}
		if i.Name != nil {
			return i.Name.Name + "."
		}
		return path.Base(modulePath+"/rt") + "."
	}
	return noRT
}

// visit looks at one body after the other: a body within another is visited for itself.
func (b *bodies) visit(n ast.Node) bool {
	if lit, ok := n.(*ast.FuncLit); ok && b.isBody(lit) {
		b.look(lit)
	}
	return true
}

func (b *bodies) isBody(lit *ast.FuncLit) bool {
	if lit.Type.Results != nil {
		return false
	}
	for _, p := range lit.Type.Params.List {
		if b.isG(p.Type) {
			return true
		}
	}
	return false
}

// look finds the calls of body, but not of the bodies in it, that use a G from outside.
func (b *bodies) look(body *ast.FuncLit) {
	ast.Inspect(body.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && b.isBody(lit) {
			return false
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		used := call.Args
		if readies(call) && len(used) > 0 {
			used = used[:len(used)-1]
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			used = append([]ast.Expr{sel.X}, used...)
		}
		for _, e := range used {
			if id, ok := e.(*ast.Ident); ok && b.fromOutside(body, id) {
				b.found = append(b.found, b.finding(id.Pos(), "a body uses "+id.Name+", another body's G",
					"use the G that the body is given; another's methods are for its own body"))
			}
		}
		return true
	})
}

// readies says whether call is one of Ready, or of a function that ends in one.
func readies(call *ast.CallExpr) bool {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	return strings.HasPrefix(strings.ToLower(name), "ready")
}

// fromOutside says whether id is a G that was declared outside of body. The parser has resolved
// it, so a G of the same name within body is another.
func (b *bodies) fromOutside(body *ast.FuncLit, id *ast.Ident) bool {
	if id.Obj == nil || body.Pos() <= id.Obj.Pos() && id.Obj.Pos() < body.End() {
		return false
	}
	switch d := id.Obj.Decl.(type) {
	case *ast.Field:
		return b.isG(d.Type)
	case *ast.ValueSpec:
		return d.Type != nil && b.isG(d.Type)
	case *ast.AssignStmt:
		return makesParker(d, id.Obj)
	}
	return false
}

// makesParker says whether define gives the variable obj what a call of Parker returns.
func makesParker(define *ast.AssignStmt, obj *ast.Object) bool {
	if len(define.Lhs) != len(define.Rhs) {
		return false
	}
	for i, left := range define.Lhs {
		if id, ok := left.(*ast.Ident); ok && id.Obj == obj {
			call, ok := define.Rhs[i].(*ast.CallExpr)
			if !ok {
				return false
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			return ok && sel.Sel.Name == "Parker"
		}
	}
	return false
}

// isG says whether the type is *rt.G or rt.Parker.
func (b *bodies) isG(typ ast.Expr) bool {
	want := "Parker"
	if star, ok := typ.(*ast.StarExpr); ok {
		typ, want = star.X, "G"
	}
	switch typ := typ.(type) {
	case *ast.Ident:
		return b.rt+typ.Name == want
	case *ast.SelectorExpr:
		x, ok := typ.X.(*ast.Ident)
		return ok && x.Name+"." == b.rt && typ.Sel.Name == want
	}
	return false
}

// Sources for the rule's row in the table. Each body is in a line of its own.
const (
	bodiesHead = "package gm\nimport \"schedlab/rt\"\nfunc f(g *rt.G, gp *rt.G, p rt.Parker) {\n"
	bodiesInRT = "package rt\nfunc f(g *G, p Parker) {\n"
)

var bodiesBad = map[string]string{
	"designs/gm/a.go": bodiesHead +
		"g.Go(func(h *rt.G) { g.Yield() })\n" + // 4: the receiver
		"g.Go(func(h *rt.G) { mu.Lock(g) })\n" + // an argument
		"g.Go(func(*rt.G) { g.Parker().Ready(gp) })\n" +
		"g.Go(func(h *rt.G) { h.Syscall(func() { g.Checkpoint() }) })\n" + // 7: in a literal
		"g.Go(func(h *rt.G) { h.Go(func(g *rt.G) { h.Yield() }) })\n" +
		"g.Go(func(h *rt.G) { p.Ready(gp) })\n" + // 9: a Parker
		"q := g.Parker(); g.Go(func(h *rt.G) { q.Enter(mu) })\n" +
		"var other *rt.G; g.Go(func(h *rt.G) { h.Yield(); other.Yield() })\n" +
		"g.Go(func(h *rt.G) { c.ready(g, gp) })\n" + // 12: the first argument
		"}\n",
	"designs/gm/b_test.go": "package gm\nimport x \"schedlab/rt\"\n" +
		"func f(g *x.G) { s.Run(func(h *x.G) { wg.Done(g) }) }\n",
	"rt/a.go": bodiesInRT + "t.Fire = func(h *G, t *Timer, seq uint64) { g.Yield(); p.Enter(mu) }\n}\n",
}

var bodiesWant = []string{
	"designs/gm/a.go:4: a body uses g", "designs/gm/a.go:5: a body uses g",
	"designs/gm/a.go:6: a body uses g", "designs/gm/a.go:7: a body uses g",
	"designs/gm/a.go:8: a body uses h", "designs/gm/a.go:9: a body uses p",
	"designs/gm/a.go:10: a body uses q", "designs/gm/a.go:11: a body uses other",
	"designs/gm/a.go:12: a body uses g",
	"designs/gm/b_test.go:3: a body uses g",
	"rt/a.go:3: a body uses g", "rt/a.go:3: a body uses p",
}

var bodiesGood = map[string]string{
	"designs/gm/a.go": bodiesHead +
		"g.Go(func(g *rt.G) { g.Yield(); mu.Lock(g) })\n" + // shadowed
		"g.Go(func(h *rt.G) { h.Parker().Ready(gp); readyAll(h, gp) })\n" +
		"g.Go(func(h *rt.G) { gp = h; same = gp == g })\n" +
		"g.Go(func(h *rt.G) { h.Parker().Park(1, func(gp *rt.G) bool { h.MID(); return put(gp) }) })\n" +
		"g.Syscall(func() { done(g) })\n" +
		"g.Go(func(h *rt.G) { p := h.Parker(); g := h; g.Yield(); p.Enter(mu) })\n" +
		"}\n",
	"host/a.go": "package host\nfunc f(g *rt.G) { g.Go(func(h *rt.G) { g.Yield() }) }\n", // no rt
}
