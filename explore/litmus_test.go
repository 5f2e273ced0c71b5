package explore

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// These tests prove that memory is sequentially consistent: the classic litmus tests have
// the outcomes that it allows, and no others.

// litmus is a program with all outcomes that sequential consistency allows. An outcome is
// what the threads read, in the order of the program text. If the final values are told,
// they follow after a "/".
type litmus struct {
	name string
	// threads returns the threads' functions. final, if not nil, tells the final values.
	// out keeps r0, r1, ...
	threads func(out []int32) (fs []func(), final func() string)
	n       int // number of values read
	want    string
	traces  uint64
}

// outcomes explores l, and returns all outcomes, sorted.
func (l *litmus) outcomes() (string, Result) {
	seen := map[string]bool{}
	r := allOf(func() {
		out := make([]int32, l.n)
		fs, final := l.threads(out)
		var ths []*Thread
		for _, f := range fs {
			ths = append(ths, Go(f))
		}
		for _, th := range ths {
			th.Join()
		}
		seen[show(out, final)] = true
	})
	return strings.Join(slices.Sorted(maps.Keys(seen)), " "), r
}

func show(out []int32, final func() string) string {
	s := ""
	for _, v := range out {
		s += fmt.Sprint(v)
	}
	if final != nil {
		s += "/" + final()
	}
	return s
}

func TestLitmusOutcomesAreThoseOfSequentialConsistency(t *testing.T) {
	for _, l := range litmusTests {
		t.Run(l.name, func(t *testing.T) {
			got, r := l.outcomes()
			require.Equal(t, l.want, got)
			require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
			require.Equal(t, l.traces, r.Complete, "%v", &r)
			require.Zero(t, r.Cut)
		})
	}
}

// Where a cycle is forbidden, the number of traces is that of all ways to order each pair
// of conflicting accesses, minus those with a cycle.
var litmusTests = []litmus{
	{"SB", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1); r[0] = y.Load() },
			func() { y.Store(1); r[1] = x.Load() },
		}, nil
	}, 2, "01 10 11", 3},
	{"MP", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1); y.Store(1) },
			func() { r[0] = y.Load(); r[1] = x.Load() },
		}, nil
	}, 2, "00 01 11", 3},
	{"LB", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { r[0] = x.Load(); y.Store(1) },
			func() { r[1] = y.Load(); x.Store(1) },
		}, nil
	}, 2, "00 01 10", 3},
	{"S", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(2); y.Store(1) },
			func() { r[0] = y.Load(); x.Store(1) },
		}, func() string { return fmt.Sprint(x.Load()) }
	}, 1, "0/1 0/2 1/1", 3},
	{"R", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1); y.Store(1) },
			func() { y.Store(2); r[0] = x.Load() },
		}, func() string { return fmt.Sprint(y.Load()) }
	}, 1, "0/1 1/1 1/2", 3},
	{"2+2W", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1); y.Store(2) },
			func() { y.Store(1); x.Store(2) },
		}, func() string { return fmt.Sprint(x.Load(), y.Load()) }
	}, 0, "/1 2 /2 1 /2 2", 3},
	{"CoRR", func(r []int32) ([]func(), func() string) {
		var x Int32
		return []func(){
			func() { x.Store(1) },
			func() { r[0] = x.Load(); r[1] = x.Load() },
		}, nil
	}, 2, "00 01 11", 3},
	{"CoRR, two writers", func(r []int32) ([]func(), func() string) {
		var x Int32
		return []func(){
			func() { x.Store(1) }, func() { x.Store(2) },
			func() { r[0] = x.Load(); r[1] = x.Load() },
		}, nil
	}, 2, "00 01 02 11 12 21 22", 12}, // 2 orders of writers, 6 ways to put 2 reads in 3 gaps
	{"CoWW", func(r []int32) ([]func(), func() string) {
		var x Int32
		return []func(){
			func() { x.Store(1); x.Store(2) },
			func() { r[0] = x.Load() },
		}, func() string { return fmt.Sprint(x.Load()) }
	}, 1, "0/2 1/2 2/2", 3},
	{"CoRW", func(r []int32) ([]func(), func() string) {
		var x Int32
		return []func(){
			func() { r[0] = x.Load(); x.Store(1) },
			func() { x.Store(2) },
		}, func() string { return fmt.Sprint(x.Load()) }
	}, 1, "0/1 0/2 2/1", 3},
	{"CoWR", func(r []int32) ([]func(), func() string) {
		var x Int32
		return []func(){
			func() { x.Store(1); r[0] = x.Load() },
			func() { x.Store(2) },
		}, func() string { return fmt.Sprint(x.Load()) }
	}, 1, "1/1 1/2 2/2", 3},
	{"IRIW", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1) }, func() { y.Store(1) },
			func() { r[0] = x.Load(); r[1] = y.Load() },
			func() { r[2] = y.Load(); r[3] = x.Load() },
		}, nil
	}, 4, "0000 0001 0010 0011 0100 0101 0110 0111 1000 1001 1011 1100 1101 1110 1111", 15},
	{"WRC", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1) },
			func() { r[0] = x.Load(); y.Store(1) },
			func() { r[1] = y.Load(); r[2] = x.Load() },
		}, nil
	}, 3, "000 001 010 011 100 101 111", 7},
	{"ISA2", func(r []int32) ([]func(), func() string) {
		var x, y, z Int32
		return []func(){
			func() { x.Store(1); y.Store(1) },
			func() { r[0] = y.Load(); z.Store(1) },
			func() { r[1] = z.Load(); r[2] = x.Load() },
		}, nil
	}, 3, "000 001 010 011 100 101 111", 7},
	{"RWC", func(r []int32) ([]func(), func() string) {
		var x, y Int32
		return []func(){
			func() { x.Store(1) },
			func() { r[0] = x.Load(); r[1] = y.Load() },
			func() { y.Store(1); r[2] = x.Load() },
		}, nil
	}, 3, "000 001 010 011 101 110 111", 7},
	{"two swaps", func(r []int32) ([]func(), func() string) {
		var x Int32
		return []func(){
			func() { r[0] = x.Swap(1) },
			func() { r[1] = x.Swap(2) },
		}, func() string { return fmt.Sprint(x.Load()) }
	}, 2, "01/2 20/1", 2},
	{"two CAS from 0", func(r []int32) ([]func(), func() string) {
		var x Int32
		cas := func(i int) { r[i] = int32(bit(x.CompareAndSwap(0, int32(i+1)))) }
		return each(2, cas), func() string { return fmt.Sprint(x.Load()) }
	}, 2, "01/2 10/1", 2},
	{"two adds", func(r []int32) ([]func(), func() string) {
		var x Int32
		return each(2, func(i int) { r[i] = x.Add(1) }), nil
	}, 2, "12 21", 2},
	{"Dekker's entry", func(r []int32) ([]func(), func() string) {
		var want [2]Bool
		return each(2, func(i int) {
			want[i].Store(true)
			if !want[1-i].Load() {
				r[i] = 1
			}
		}), nil
	}, 2, "00 01 10", 3},
}

// exclusion lets two threads add 1 to a count inside a lock. r0 and r1 tell the order in
// which they came in.
func exclusion(lock, unlock func(i int)) func(r []int32) ([]func(), func() string) {
	return func(r []int32) ([]func(), func() string) {
		var count Var[int32]
		return each(2, func(i int) {
			lock(i)
			r[i] = count.Load()
			count.Store(r[i] + 1)
			unlock(i)
		}), nil
	}
}

// Locks that need only loads and stores exclude: either thread can come in first, and the
// two are never inside together, which would be a data race on count.
func TestLocksOfLoadsAndStoresExclude(t *testing.T) {
	for _, l := range []struct {
		name string
		make func() (lock, unlock func(i int))
	}{
		{"Peterson", petersonLock},
		{"Dekker", dekkerLock},
		{"bakery", bakeryLock},
	} {
		t.Run(l.name, func(t *testing.T) {
			lt := litmus{n: 2, threads: func(r []int32) ([]func(), func() string) {
				return exclusion(l.make())(r)
			}}
			got, r := lt.outcomes()
			require.Equal(t, "01 10", got)
			require.Equal(t, Verified, r.Verdict, "%v", r.Violation)
			require.Equal(t, len(countTraces(func() {
				fs, _ := lt.threads(make([]int32, 2))
				bodies(func() []func() { return fs }).started()()
			}).complete), int(r.Complete), "%v", &r)
		})
	}
}

func petersonLock() (lock, unlock func(i int)) {
	want := new([2]Bool)
	var turn Int32
	return func(i int) {
		want[i].Store(true)
		turn.Store(int32(1 - i))
		for want[1-i].Load() && turn.Load() == int32(1-i) {
			Pause()
		}
	}, func(i int) { want[i].Store(false) }
}

func dekkerLock() (lock, unlock func(i int)) {
	want := new([2]Bool)
	var turn Int32
	return func(i int) {
			want[i].Store(true)
			for want[1-i].Load() {
				if turn.Load() == int32(i) {
					Pause()
					continue
				}
				want[i].Store(false)
				for turn.Load() != int32(i) {
					Pause()
				}
				want[i].Store(true)
			}
		}, func(i int) {
			turn.Store(int32(1 - i))
			want[i].Store(false)
		}
}

// bakeryLock is Lamport's (CACM 1974), for two threads.
func bakeryLock() (lock, unlock func(i int)) {
	choosing, number := new([2]Bool), new([2]Int32)
	return func(i int) {
		choosing[i].Store(true)
		mine := 1 + number[1-i].Load()
		number[i].Store(mine)
		choosing[i].Store(false)
		for choosing[1-i].Load() {
			Pause()
		}
		for {
			other := number[1-i].Load()
			if other == 0 || other > mine || other == mine && 1-i > i {
				return
			}
			Pause()
		}
	}, func(i int) { number[i].Store(0) }
}
