package dpor

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// reversed is a race of an execution that is written by hand, see made: that of events e
// and f. Of the objects, objects are known at the node before e.
type reversed struct {
	events  string
	e, f    int32
	objects int32
}

// into puts the reversal of r into tree.
func (r reversed) into(t *testing.T, tree *wakeupTree, m *reverser, p *pool) {
	h := made(t, r.events)
	m.begin(h, r.e)
	v, ok := m.reverse(race{r.e, r.f})
	require.True(t, ok)
	v.ready(h, r.objects)
	tree.insert(v, p)
}

// inserted returns the tree that they make, one after the other.
func inserted(t *testing.T, all []reversed) string {
	var tree wakeupTree
	var m reverser
	var p pool
	for _, r := range all {
		r.into(t, &tree, &m, &p)
	}
	return tree.text()
}

func TestInsertion(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []reversed
		want string
	}{
		{"the first one", []reversed{{"0 w0; 1 w0", 0, 1, 9}}, "1w0"},
		{"the same again", []reversed{
			{"0 w0; 1 w0", 0, 1, 9}, {"0 w0; 1 w0", 0, 1, 9},
		}, "1w0"},
		{"all that does not depend on e comes with it", []reversed{
			{"0 w0; 2 w1; 3 r0; 4 r1; 1 w0", 0, 4, 9},
		}, "2w1 (4r1 (1w0))"},
		{"a branch that ends covers what begins with it", []reversed{
			{"0 w0; 1 w0", 0, 1, 9}, {"0 w0; 1 w0; 2 w0", 0, 1, 9}, {"0 w0; 2 w1; 1 w0", 0, 2, 9},
		}, "1w0"},
		{"two that conflict", []reversed{
			{"0 w0; 1 w0", 0, 1, 9}, {"0 w0; 2 w0", 0, 1, 9},
		}, "1w0 | 2w0"},
		{"the order of independent steps makes no difference", []reversed{
			{"0 w0; 2 w1; 1 w0", 0, 2, 9}, {"0 w0; 1 r2; 2 w1; 1 w0", 0, 3, 9},
			{"0 w0; 2 w1; 1 w0", 0, 2, 9},
		}, "2w1 (1w0)"},
		{"they part after a common beginning", []reversed{
			{"0 w0; 2 w1; 1 w0", 0, 2, 9}, {"0 w0; 2 w1; 3 w0", 0, 2, 9},
		}, "2w1 (1w0 | 3w0)"},
		{"a step that conflicts with nothing of it may come first", []reversed{
			{"0 w0; 2 w1; 1 w0", 0, 2, 9}, {"0 w0; 3 w0", 0, 1, 9},
		}, "2w1 (1w0 | 3w0)"},
		{"one that conflicts may not", []reversed{
			{"0 w0; 2 w1; 1 w0", 0, 2, 9}, {"0 w0; 3 r1; 4 r0", 0, 2, 9},
		}, "2w1 (1w0) | 3r1 (4r0)"},
		{"an object that is not known may be any", []reversed{
			{"0 w0; 2 w7; 1 w0", 0, 2, 5}, {"0 w0; 3 w8; 1 w0", 0, 2, 5},
		}, "2w7 (1w0) | 3w8? (1w0?)"},
		{"a branch that ends in doubt covers nothing", []reversed{
			{"0 w0; 2 w7; 1 w0", 0, 2, 5}, {"0 w0; 3 w8; 1 w0", 0, 2, 5},
			{"0 w0; 3 w8; 4 w3; 1 w0", 0, 3, 5},
		}, "2w7 (1w0) | 3w8? (1w0? (4w3?))"},
		{"but none of those that are known", []reversed{
			{"0 w0; 2 w7; 1 w0", 0, 2, 5}, {"0 w0; 3 w0", 0, 1, 5},
		}, "2w7 (1w0 | 3w0)"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, inserted(t, c.in)) })
	}
}

// Each number that Choose may return needs its own way on.
func TestInsertionKeepsChoicesApart(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []reversed
		want string
	}{
		{"another number", []reversed{
			{"0 w0; 2 w1 =0; 1 w0", 0, 2, 9}, {"0 w0; 2 w1 =2; 3 w0", 0, 2, 9},
		}, "2w1 =0 (1w0) =2 (3w0)"},
		{"the same number", []reversed{
			{"0 w0; 2 w1 =1; 1 w0", 0, 2, 9}, {"0 w0; 2 w1 =1; 3 w0", 0, 2, 9},
		}, "2w1 =1 (1w0 | 3w0)"},
		{"another number in the middle", []reversed{
			{"0 w0; 2 w1; 3 w2 =0; 4 w5; 1 w0", 0, 4, 9}, {"0 w0; 2 w1; 3 w2 =1; 1 w0", 0, 3, 9},
			{"0 w0; 3 w2 =1; 2 w1; 4 w6; 1 w0", 0, 4, 9}, {"0 w0; 3 w2 =1; 5 w0", 0, 2, 9},
		}, "2w1 (3w2 =0 (4w5 (1w0)) =1 (1w0 | 5w0))"},
		{"another number at the end", []reversed{
			{"0 w0; 2 w1 =0; 1 w0", 0, 2, 9}, {"0 w0; 1 w0; 2 w1 =1", 0, 1, 9},
		}, "2w1 =0 (1w0) =1 (1w0)"},
		{"several numbers", []reversed{
			{"0 w0; 2 w1 =1 =2; 1 w0", 0, 2, 9},
		}, "2w1 =1 =2 (1w0)"},
		{"a step that is not in it may choose anything", []reversed{
			{"0 w0; 2 w1 =0; 1 w0", 0, 2, 9}, {"0 w0; 2 w1 =2; 1 w0", 0, 2, 9},
			{"0 w0; 3 w0", 0, 1, 9},
		}, "2w1 =0 (1w0 | 3w0) =2 (1w0 | 3w0)"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, inserted(t, c.in)) })
	}
}

func TestBranchesAreTakenFromLeftToRight(t *testing.T) {
	var tree wakeupTree
	var m reverser
	var p pool
	reversed{"0 w0; 2 w1; 1 w0", 0, 2, 9}.into(t, &tree, &m, &p)
	reversed{"0 w0; 3 r1; 4 r0", 0, 2, 9}.into(t, &tree, &m, &p)
	require.Equal(t, 2, tree.size())
	s, ways := tree.take(&p)
	require.Equal(t, "2w1", s.text())
	require.Equal(t, "1w0", ways.then.text())
	then := p.freeWay(ways)
	require.Equal(t, "1w0", then.text())
	require.Equal(t, "3r1 (4r0)", tree.text())
	tree.take(&p)
	require.True(t, tree.empty())
}

// What is taken out is used again.
func TestInsertionAllocatesNothing(t *testing.T) {
	var tree wakeupTree
	var m reverser
	var p pool
	h := made(t, "0 w0; 2 w1; 3 r0; 4 r1; 1 w0")
	once := func() {
		m.begin(h, 0)
		v, _ := m.reverse(race{0, 4})
		v.ready(h, 9)
		tree.insert(v, &p)
		for !tree.empty() {
			_, w := tree.take(&p)
			tree = p.freeWay(w)
		}
	}
	require.Zero(t, testing.AllocsPerRun(100, once))
}
