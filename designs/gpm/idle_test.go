package gpm

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// books is an idle beside what it is to count, kept in the simplest way.
type books struct {
	idle
	ps      []*p        // all Ps
	ms      []*m        // all Ms
	idlePs  map[*p]bool // that pidleput was called for
	asleep  map[*m]bool // that mput or mputLocked was called for
	claimed int32       // counted by spinFirst, and no M has it yet
}

func newBooks(ps, ms int) *books {
	b := &books{idlePs: map[*p]bool{}, asleep: map[*m]bool{}}
	for range ps {
		b.ps = append(b.ps, &p{})
	}
	for range ms {
		b.ms = append(b.ms, &m{})
		b.addM()
	}
	return b
}

// step does one of the operations of idle, if it may be done, on one of the Ps and Ms.
func (b *books) step(r *rand.Rand) {
	pp, mp := b.ps[r.IntN(len(b.ps))], b.ms[r.IntN(len(b.ms))]
	switch op := r.IntN(8); {
	case op == 0 && !b.idlePs[pp]:
		b.pidleput(pp)
		b.idlePs[pp] = true
	case op == 1:
		delete(b.idlePs, b.pidleget())
	case op == 2:
		delete(b.idlePs, b.pidlegetSpinning())
	case op == 3 && !b.asleep[mp] && !mp.spinning:
		b.mput(mp)
		b.asleep[mp] = true
	case op == 4 && !b.asleep[mp] && !mp.spinning:
		b.mputLocked(mp)
		b.asleep[mp] = true
	case op == 5:
		if mp := b.mget(); mp != nil {
			delete(b.asleep, mp)
		} else if b.mgetLocked(b.ms[0]) {
			delete(b.asleep, b.ms[0])
		}
	case op == 6 && !b.asleep[mp]:
		b.toggleSpinning(mp)
	case op == 7:
		b.claim()
	}
}

func (b *books) toggleSpinning(mp *m) {
	if mp.spinning {
		b.dropSpinning(mp)
	} else {
		b.becomeSpinning(mp)
	}
}

// claim is what wakep does first, or how it takes that back.
func (b *books) claim() {
	if b.claimed > 0 {
		b.addSpinning(-1)
		b.claimed--
	} else if b.spinFirst() {
		b.claimed++
	}
}

// I5: counters equal what they count.
func TestIdleCountsWhatThereIs(t *testing.T) {
	for seed := range uint64(20) {
		r, b := rand.New(rand.NewPCG(seed, 0)), newBooks(3, 4)
		for range 500 {
			b.step(r)
			spinning := b.claimed
			for _, mp := range b.ms {
				if mp.spinning {
					spinning++
				}
			}
			require.EqualValues(t, len(b.idlePs), b.npidle.Load())
			require.Equal(t, len(b.idlePs), b.pidle.Len())
			require.EqualValues(t, spinning, b.nmspinning.Load())
			require.Equal(t, len(b.asleep), b.midle.Len()+len(b.mlocked))
			require.True(t, b.allSleepBut(len(b.ms)-len(b.asleep)))
			require.Equal(t, len(b.idlePs) == 0 && spinning == 0, b.allBusy())
		}
	}
}

// The Ps and Ms used last are used first: their caches are warm.
func TestIdleIsLIFO(t *testing.T) {
	b := newBooks(2, 2)
	for at := range 2 {
		b.pidleput(b.ps[at])
		b.mput(b.ms[at])
	}
	require.Same(t, b.ps[1], b.pidleget())
	require.Same(t, b.ps[0], b.pidleget())
	require.Nil(t, b.pidleget())
	require.Same(t, b.ms[1], b.mget())
	require.Same(t, b.ms[0], b.mget())
	require.Nil(t, b.mget())
}

// 'Needspinning': a look for an idle P in vain asks, and an M that will look at all
// queues answers.
func TestNeedspinningIsAskedAndAnswered(t *testing.T) {
	for _, c := range []struct {
		name         string
		idlePs       int
		before, want bool
		op           func(b *books)
	}{
		{"someIdleP in vain", 0, false, true, func(b *books) { b.someIdleP() }},
		{"someIdleP", 1, false, false, func(b *books) { b.someIdleP() }},
		{"pidlegetSpinning in vain", 0, false, true, func(b *books) { b.pidlegetSpinning() }},
		{"pidlegetSpinning", 1, false, false, func(b *books) { b.pidlegetSpinning() }},
		{"pidleget in vain", 0, false, false, func(b *books) { b.pidleget() }},
		{"pidleput", 0, true, true, func(b *books) { b.pidleput(b.ps[0]) }},
		{"spinFirst", 0, true, true, func(b *books) { b.spinFirst() }},
		{"becomeSpinning", 0, true, false, func(b *books) { b.becomeSpinning(b.ms[0]) }},
		{"answer", 0, true, false, func(b *books) { b.answer() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBooks(1, 1)
			for range c.idlePs {
				b.pidleput(b.ps[0])
			}
			b.needspinning.Store(c.before)
			c.op(b)
			require.Equal(t, c.want, b.asked())
		})
	}
}

func TestSpinFirstCountsOneOnly(t *testing.T) {
	b := newBooks(1, 1)
	require.True(t, b.spinFirst())
	require.False(t, b.spinFirst())
	require.Equal(t, 1, b.spinners())
	b.addSpinning(-1)
	b.becomeSpinning(b.ms[0])
	require.False(t, b.spinFirst())
}

func TestIdleSeesBrokenBooks(t *testing.T) {
	b := newBooks(1, 1)
	b.ps[0].runq.Put(nil, nil)
	for want, op := range map[string]func(){
		"gpm: pidleput: the P has Gs to run":       func() { b.pidleput(b.ps[0]) },
		"gpm: addSpinning: nmspinning is negative": func() { b.dropSpinning(b.ms[0]) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() { require.Equal(t, want, fmt.Sprint(recover())) }()
			op()
		})
	}
}

// While the monitor carries a P, the last M to sleep does not find the scheduler at
// rest.
func TestNothingRestsWhileTheMonitorCarries(t *testing.T) {
	b := newBooks(0, 2)
	b.mput(b.ms[0])
	require.False(t, b.allSleepBut(0))
	require.True(t, b.allSleepBut(1))
	b.mputLocked(b.ms[1])
	require.True(t, b.allSleepBut(0))
	b.addCarried(1)
	require.False(t, b.allSleepBut(0))
	b.addCarried(-1)
	require.True(t, b.allSleepBut(0))
	b.addM()
	require.False(t, b.allSleepBut(0))
}

// Only those that were woken for work count as woken, each once.
func TestIdleCountsWakes(t *testing.T) {
	b := newBooks(0, 3)
	require.Nil(t, b.mget())
	require.False(t, b.mgetLocked(b.ms[0]))
	require.Zero(t, b.wakes)
	b.mput(b.ms[0])
	b.mputLocked(b.ms[1])
	b.mput(b.ms[2])
	b.mget()
	require.True(t, b.mgetLocked(b.ms[1]))
	require.False(t, b.mgetLocked(b.ms[1]))
	require.EqualValues(t, 2, b.wakes)
	b.wakeAllMs()
	require.True(t, b.ms[0].note.SleepFor(0), "the scheduler stops")
	require.EqualValues(t, 2, b.wakes)
}

// Go commit 658d19a53f: the M that takes a P wakes the monitor, once.
func TestTakingAPWakesTheMonitor(t *testing.T) {
	b := newBooks(2, 0)
	b.pidleput(b.ps[0])
	b.pidleput(b.ps[1])
	b.sysmonWaits()
	b.pidleget()
	require.True(t, b.sysmonnote.SleepFor(0))
	b.pidleget() // a second wakeup would panic
	require.False(t, b.sysmonwait)
}

// The fields of idle belong to its methods, or I5 could be broken anywhere.
func TestOnlyIdleTouchesItsFields(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	fset, files := token.NewFileSet(), map[string]*ast.File{}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			files[name], err = parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
		}
	}
	fields := map[string]bool{}
	ast.Inspect(files["idle.go"], func(n ast.Node) bool {
		if s, ok := n.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				fields[f.Names[0].Name] = true
			}
		}
		return true
	})
	require.Contains(t, fields, "needspinning")
	for name, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && name != "idle.go" {
				at := fset.Position(n.Pos())
				require.False(t, fields[sel.Sel.Name], "%v: %s", at, sel.Sel.Name)
			}
			return true
		})
	}
}
