package check_test

import (
	"go/ast"
	"go/types"
	"path"
	"slices"
	"strings"
)

var bodiesUseTheirOwnG = rule{
	name: "a body uses its own G",
	find: lintBodies,
	bad:  bodiesBad,
	want: bodiesWant,
	good: bodiesGood,
}

// lintBodies: the body of a G uses no other body's G. A body is a function literal that takes a
// *rt.G and returns nothing, which is what G.Go starts. The methods of a G are for its own body.
// So a *rt.G or an rt.Parker that was declared outside of the body must be neither the receiver
// nor an argument of a call in it. Two uses are right:
//
//   - The last argument of Ready, and of a function whose name begins with ready, is another G:
//     one that waits.
//   - A function literal with a result, such as the commit of Park, is no body: its G is that of
//     the body around it.
//
// The rule errs towards missed misuse: it looks at variables, and not at what is kept in fields
// and lists.
func lintBodies(t *tree) (found []finding) {
	typed := &typedTree{tree: t, imported: map[string]*types.Package{}}
	for _, files := range typed.packages() {
		b := bodies{tree: t, info: &types.Info{
			Uses:  map[*ast.Ident]types.Object{},
			Types: map[ast.Expr]types.TypeAndValue{},
		}}
		typed.check(files, b.info)
		for _, s := range files {
			ast.Inspect(s.ast, b.visit)
		}
		found = append(found, b.found...)
	}
	return found
}

// bodies looks for the bodies of one package.
type bodies struct {
	*tree
	info  *types.Info
	found []finding
}

// visit looks at one body after the other. A body within another is visited for itself.
func (b *bodies) visit(n ast.Node) bool {
	if lit, ok := n.(*ast.FuncLit); ok && b.isBody(lit) {
		b.look(lit)
	}
	return true
}

func (b *bodies) isBody(lit *ast.FuncLit) bool {
	return lit.Type.Results == nil && slices.ContainsFunc(lit.Type.Params.List,
		func(p *ast.Field) bool { return isG(b.info.TypeOf(p.Type)) })
}

// look finds the calls of body, but not of the bodies in it, that use a G from outside.
func (b *bodies) look(body *ast.FuncLit) {
	ast.Inspect(body.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && b.isBody(lit) {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok {
			b.lookAt(call, body)
		}
		return true
	})
}

func (b *bodies) lookAt(call *ast.CallExpr, body *ast.FuncLit) {
	name, used := "", slices.Clone(call.Args)
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name, used = f.Sel.Name, append(used, f.X)
	case *ast.Ident:
		name = f.Name
	}
	if n := len(call.Args); n > 0 && strings.HasPrefix(strings.ToLower(name), "ready") {
		used = slices.Delete(used, n-1, n)
	}
	for _, e := range used {
		if id, ok := e.(*ast.Ident); ok && b.fromOutside(body, id) {
			b.found = append(b.found, b.finding(id.Pos(),
				"a body uses "+id.Name+", another body's G",
				"use the G that the body is given; another's methods are for its own body"))
		}
	}
}

// fromOutside says whether id is a G that was declared outside of body.
func (b *bodies) fromOutside(body *ast.FuncLit, id *ast.Ident) bool {
	v, ok := b.info.Uses[id].(*types.Var)
	return ok && isG(v.Type()) && (v.Pos() < body.Pos() || body.End() <= v.Pos())
}

// isG says whether typ is *rt.G or rt.Parker.
func isG(typ types.Type) bool {
	want := "Parker"
	if p, ok := types.Unalias(typ).(*types.Pointer); ok {
		typ, want = p.Elem(), "G"
	}
	named, ok := types.Unalias(typ).(*types.Named)
	return ok && named.Obj().Name() == want && named.Obj().Pkg().Path() == modulePath+"/rt"
}

// typedTree gives the tree's packages types, as far as that needs no other module and not Go's
// own packages either. What comes from those has no type, which is no error here.
type typedTree struct {
	*tree
	imported map[string]*types.Package // by import path
}

// packages returns the files of each package. Tests of their own package name are one, too.
func (t *typedTree) packages() [][]*source {
	var list [][]*source
	at := map[string]int{}
	for _, s := range t.source {
		key := s.pkg() + " " + s.ast.Name.Name
		i, known := at[key]
		if !known {
			i, at[key] = len(list), len(list)
			list = append(list, nil)
		}
		list[i] = append(list[i], s)
	}
	return list
}

func (t *typedTree) check(files []*source, info *types.Info) *types.Package {
	config := types.Config{
		Importer:         t,
		IgnoreFuncBodies: info == nil,
		Error:            func(error) {},
	}
	var parsed []*ast.File
	for _, s := range files {
		parsed = append(parsed, s.ast)
	}
	pkg, _ := config.Check(modulePath+"/"+files[0].pkg(), t.fset, parsed, info)
	return pkg
}

// Import implements types.Importer.
func (t *typedTree) Import(name string) (*types.Package, error) {
	if pkg := t.imported[name]; pkg != nil {
		return pkg, nil
	}
	pkg := types.NewPackage(name, path.Base(name))
	pkg.MarkComplete()
	var files []*source
	for _, s := range t.source {
		if modulePath+"/"+s.pkg() == name && !s.isTest() {
			files = append(files, s)
		}
	}
	if len(files) > 0 {
		pkg = t.check(files, nil)
	}
	t.imported[name] = pkg
	return pkg, nil
}

// Sources for the rule's row in the table. Each body is in a line of its own.
const (
	bodiesRT = "package rt\ntype G struct{}\ntype Parker struct{}\n" +
		"func (*G) Parker() (p Parker)\n"
	bodiesHead = "package gm\nimport \"schedlab/rt\"\nfunc f(g *rt.G, gp *rt.G, p rt.Parker) {\n"
	bodiesInRT = "package rt\nfunc f(g *G, p Parker) {\nvar t struct { Fire func(*G, int) }\n"
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
		"for _, gp := range all() { g.Go(func(h *rt.G) { gp.Yield() }) }\n" +
		"}\nfunc all() []*rt.G { return nil }\n",
	"rt/g.go": bodiesRT,
	"designs/gm/b_test.go": "package gm\nimport x \"schedlab/rt\"\n" +
		"func f(g *x.G) { s.Run(func(h *x.G) { wg.Done(g) }) }\n",
	"rt/a.go": bodiesInRT +
		"t.Fire = func(h *G, seq int) { g.Yield(); p.Enter(mu) }\n}\n",
}

var bodiesWant = []string{
	"designs/gm/a.go:4: a body uses g", "designs/gm/a.go:5: a body uses g",
	"designs/gm/a.go:6: a body uses g", "designs/gm/a.go:7: a body uses g",
	"designs/gm/a.go:8: a body uses h", "designs/gm/a.go:9: a body uses p",
	"designs/gm/a.go:10: a body uses q", "designs/gm/a.go:11: a body uses other",
	"designs/gm/a.go:12: a body uses g", "designs/gm/a.go:13: a body uses gp",
	"designs/gm/b_test.go:3: a body uses g",
	"rt/a.go:4: a body uses g", "rt/a.go:4: a body uses p",
}

var bodiesGood = map[string]string{
	"rt/g.go": bodiesRT,
	"designs/gm/a.go": bodiesHead +
		"g.Go(func(g *rt.G) { g.Yield(); mu.Lock(g) })\n" + // shadowed
		"g.Go(func(h *rt.G) { h.Parker().Ready(gp); readyAll(h, gp) })\n" +
		"g.Go(func(h *rt.G) { gp = h; same = gp == g })\n" +
		"g.Go(func(h *rt.G) { q.Park(1, func(gp *rt.G) bool { h.ID(); return put(gp) }) })\n" +
		"g.Syscall(func() { done(g) })\n" +
		"g.Go(func(h *rt.G) { p := h.Parker(); g := h; g.Yield(); p.Enter(mu) })\n" +
		"}\n",
	// Without package rt.
	"host/a.go": "package host\nfunc f(g *rt.G) { g.Go(func(h *rt.G) { g.Yield() }) }\n",
}
