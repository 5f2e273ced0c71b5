package rank_test

import (
	"go/ast"
	"go/types"
	"testing"

	"github.com/stretchr/testify/require"
)

// uncounted are the functions that take a lock without counting it.
var uncounted = map[string]string{
	"rt.M.mu in destroyStacks":   "no M is left",
	"rt.M.mu in dumpLife":        "a look from outside",
	"rt.Timers.mu in dumpTimers": "a look from outside",
	"rt.latency.mu in mergeInto": "a look from outside",
	"rt/event.Log.mu in lock":    "a sink, which is the caller's",
	"rt/gsync.hub.mu in Len":     "there is no G to count for",
	"rt/gsync.hub.mu in newBox":  "there is no G to count for",
}

// Every lock of rt and of the designs counts what it costs.
func TestEveryLockCounts(t *testing.T) {
	found := map[string]bool{}
	for _, p := range load(t, "schedlab/rt/...", "schedlab/designs/...") {
		p.findUncounted(found)
	}
	for name := range found {
		require.NotEmpty(t, uncounted[name],
			"%s: make it a CountedMutex, or call LockCounted or Parker.Lock", name)
	}
	for name := range uncounted {
		require.True(t, found[name], "%s: it does not take the lock", name)
	}
}

// findUncounted adds the calls of Lock and TryLock of locks that do not count by themselves, as
// "OWNER.FIELD in FUNCTION".
func (l loaded) findUncounted(to map[string]bool) {
	for _, file := range l.files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.SelectorExpr); ok && l.locksUncounted(call) {
					to[nameOf(l.pkg, l.lockOf(call))+" in "+f.Name.Name] = true
				}
				return true
			})
		}
	}
}

// locksUncounted says whether call is the Lock or TryLock of a lock that keeps no Count.
func (l loaded) locksUncounted(call *ast.SelectorExpr) bool {
	s := l.info.Selections[call]
	if s == nil || s.Obj().Name() != "Lock" && s.Obj().Name() != "TryLock" {
		return false
	}
	recv := s.Recv()
	if p, ok := recv.Underlying().(*types.Pointer); ok {
		recv = p.Elem()
	}
	return isLock(recv) && types.Unalias(recv).(*types.Named).Obj().Name() != "CountedMutex"
}

// lockOf names the lock on which call is called: as a field of its owner, if it is one.
func (l loaded) lockOf(call *ast.SelectorExpr) string {
	if field, ok := ast.Unparen(call.X).(*ast.SelectorExpr); ok {
		if owner := l.ownerOf(field); owner != "" {
			return owner + "." + field.Sel.Name
		}
	}
	return types.ExprString(call.X)
}
