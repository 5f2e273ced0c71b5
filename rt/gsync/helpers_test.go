package gsync_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
)

// overAll runs body for every design and several Procs, with a fresh scheduler.
func overAll(t *testing.T, body func(t *testing.T, s rt.Scheduler)) {
	overRows(t, all.Table, body)
}

// overOurs is overAll without native, for what only gsync's own code promises.
func overOurs(t *testing.T, body func(t *testing.T, s rt.Scheduler)) {
	native := func(row all.Row) bool { return row.Name == "native" }
	overRows(t, slices.DeleteFunc(slices.Clone(all.Table), native), body)
}

func overRows(t *testing.T, rows []all.Row, body func(t *testing.T, s rt.Scheduler)) {
	for _, row := range rows {
		for _, procs := range []int{1, 2, 4} {
			t.Run(fmt.Sprintf("design=%s/procs=%d", row.Name, procs), func(t *testing.T) {
				s, err := row.New(rt.Config{Procs: procs, Seed: 1})
				require.NoError(t, err)
				defer func() { _ = s.Close() }() // if body fails; else it is closed already
				body(t, s)
				require.NoError(t, s.Close())
			})
		}
	}
}

// run runs main, whose Gs must all end.
func run(t *testing.T, s rt.Scheduler, main func(g *rt.G)) {
	t.Helper()
	require.NoError(t, s.Run(main))
}

// settled lets others run until what they did shows: until returns true.
func settled(g *rt.G, until func() bool) {
	for !until() {
		g.Yield()
	}
}

func open(t *testing.T, design string, procs int) rt.Scheduler {
	s, err := all.New(design, rt.Config{Procs: procs, Seed: 1})
	require.NoError(t, err)
	return s
}

// panicOf returns what f panics with, as text; "" if it does not.
func panicOf(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}
