//go:build sim

package bench

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/sim"
	"schedlab/workloads"
)

// # The golden figures
//
// Simulations are the same to the digit, so a slower scheduler shows without noise. The golden
// file has a line for each cell of a small matrix: the virtual time, and all counters that are
// not 0. A change of the source that changes a digit renews the file, in a commit that says why.

const (
	goldenFile    = "../results/sim/golden"
	goldenMachine = "server64"
	goldenRenewal = "go test -tags sim ./bench -run Golden -write"
	goldenHead    = "# Written by `" + goldenRenewal + "`: never edit it.\n" +
		"# Virtual time and counters of small workloads on " + goldenMachine + ", seed 1.\n"
)

// goldenCells are spawning, fork-join, Gs that take turns, the global queue, a channel and a lock
// that all want, and system calls: on one CPU, a cluster, and four clusters.
func goldenCells(t *testing.T) []Cell {
	cells, err := Cells("create_single,fib,ping_pong_many,yield_many,chan_contended,"+
		"mutex_contended,syscall_mix", "gm,global,gpm", "1,2,8,32")
	require.NoError(t, err)
	return cells
}

func TestGoldenFiguresAreTheSameToTheDigit(t *testing.T) {
	var found golden
	for _, c := range goldenCells(t) {
		cfg, err := sim.Named(goldenMachine)
		require.NoError(t, err)
		r, err := Simulate(Simulation{
			Cell: c, Machine: cfg.With(c.Procs), Size: workloads.Small, Seed: 1,
		})
		require.NoError(t, err)
		found = append(found, goldenLine{c, goldenCounts(r)})
	}
	if *write {
		require.NoError(t, os.WriteFile(goldenFile, []byte(found.String()), 0o644))
		return
	}
	want, err := parseGolden(string(readFile(t, goldenFile)))
	require.NoError(t, err)
	if changed := want.changes(found); changed != "" {
		t.Fatalf("these simulations are no longer those of results/sim/golden:\n%s\n"+
			"If that is meant, renew the file in a commit that says why: %s",
			changed, goldenRenewal)
	}
}

// golden is what the file says.
type golden []goldenLine

type goldenLine struct {
	cell   Cell
	counts []count
}

type count struct {
	name string
	n    uint64
}

// goldenCounts returns the virtual time, and all that was counted and is not 0.
func goldenCounts(r Simulated) (list []count) {
	add := func(name string, n uint64) {
		if n != 0 {
			list = append(list, count{name, n})
		}
	}
	add("ns", uint64(r.Ns))
	add("ops", uint64(r.Ops))
	fields("", reflect.ValueOf(r.Stats), add)
	for lock, n := range r.Stats.Locks {
		fields(rt.Lock(lock).String()+".", reflect.ValueOf(n), add)
	}
	fields("sim.", reflect.ValueOf(r.Count), add)
	add("hash", r.Whole.Hash)
	return list
}

// fields gives all counters among the fields of v to add. Transfers is one for each distance.
func fields(prefix string, v reflect.Value, add func(string, uint64)) {
	for i := range v.NumField() {
		name := prefix + v.Type().Field(i).Name
		switch f := v.Field(i).Interface().(type) {
		case uint64:
			add(name, f)
		case int64:
			add(name, uint64(f))
		default:
			for j := 0; v.Field(i).Kind() == reflect.Array && j < v.Field(i).Len(); j++ {
				if at := v.Field(i).Index(j); at.Kind() == reflect.Uint64 {
					add(fmt.Sprintf("%s.%d", name, j+1), at.Uint())
				}
			}
		}
	}
}

func (g golden) String() string {
	s := strings.Builder{}
	s.WriteString(goldenHead)
	for _, l := range g {
		s.WriteString(l.cell.String())
		for _, c := range l.counts {
			fmt.Fprintf(&s, " %s=%d", c.name, c.n)
		}
		s.WriteString("\n")
	}
	return s.String()
}

// parseGolden is the inverse of String.
func parseGolden(text string) (g golden, err error) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		c := strings.FieldsFunc(words[0], func(r rune) bool { return r == '/' || r == '=' })
		if len(c) != 6 {
			return nil, fmt.Errorf("no cell: %q", words[0])
		}
		l := goldenLine{cell: Cell{Workload: c[1], Design: c[3]}}
		if l.cell.Procs, err = strconv.Atoi(c[5]); err != nil {
			return nil, fmt.Errorf("no number of CPUs: %q", words[0])
		}
		for _, word := range words[1:] {
			name, digits, _ := strings.Cut(word, "=")
			n, err := strconv.ParseUint(digits, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("%v: no counter: %q", l.cell, word)
			}
			l.counts = append(l.counts, count{name, n})
		}
		g = append(g, l)
	}
	return g, nil
}

// changes says what differs in found, design by design; "" if nothing does.
func (g golden) changes(found golden) string {
	var designs []string
	lines := map[string][]string{}
	for _, c := range g.union(found) {
		if diff := differences(g.of(c), found.of(c)); diff != "" {
			if lines[c.Design] == nil {
				designs = append(designs, c.Design)
			}
			lines[c.Design] = append(lines[c.Design],
				fmt.Sprintf("  %s on %d CPUs: %s\n", c.Workload, c.Procs, diff))
		}
	}
	var said strings.Builder
	for _, d := range designs {
		fmt.Fprintf(&said, "%s: cells that have changed: %d\n%s",
			d, len(lines[d]), strings.Join(lines[d], ""))
	}
	return said.String()
}

// union returns the cells of both.
func (g golden) union(found golden) (cells []Cell) {
	for _, l := range found {
		cells = append(cells, l.cell)
	}
	for _, l := range g {
		if found.of(l.cell) == nil {
			cells = append(cells, l.cell)
		}
	}
	return cells
}

func (g golden) of(c Cell) []count {
	for _, l := range g {
		if l.cell == c {
			return l.counts
		}
	}
	return nil
}

// differences lists the counters that differ, with both values: the time first. A hash is only
// said to differ.
func differences(was, is []count) string {
	if was == nil || is == nil {
		return "only one of both has this cell"
	}
	old, now := map[string]uint64{}, map[string]uint64{}
	var names []string
	for _, c := range was {
		old[c.name] = c.n
		names = append(names, c.name)
	}
	for _, c := range is {
		now[c.name] = c.n
		if _, known := old[c.name]; !known {
			names = append(names, c.name)
		}
	}
	var list []string
	for _, name := range names {
		switch from, to := old[name], now[name]; {
		case from == to:
		case name == "hash":
			list = append(list, "hash")
		case from == 0:
			list = append(list, fmt.Sprintf("%s 0 → %d", name, to))
		default:
			percent := 100 * (float64(to)/float64(from) - 1)
			list = append(list, fmt.Sprintf("%s %d → %d (%+.2f%%)", name, from, to, percent))
		}
	}
	return strings.Join(list, ", ")
}

func TestGoldenChangesAreToldDesignByDesign(t *testing.T) {
	was := golden{
		{Cell{"fib", "gm", 1}, []count{{"ns", 1000}, {"hash", 1}}},
		{Cell{"fib", "gpm", 1}, []count{{"ns", 1000}, {"Steals", 3}, {"hash", 2}}},
		{Cell{"fib", "gpm", 2}, []count{{"ns", 900}, {"hash", 3}}},
	}
	again, err := parseGolden(was.String())
	require.NoError(t, err)
	require.Equal(t, was, again)
	require.Empty(t, was.changes(again))
	is := golden{
		{Cell{"fib", "gm", 1}, []count{{"ns", 1000}, {"hash", 1}}},
		{Cell{"fib", "gpm", 1}, []count{{"ns", 1010}, {"Wakes", 1}, {"hash", 4}}},
		{Cell{"fib", "gpm", 4}, []count{{"ns", 900}, {"hash", 3}}},
	}
	require.Equal(t, "gpm: cells that have changed: 3\n"+
		"  fib on 1 CPUs: ns 1000 → 1010 (+1.00%), Steals 3 → 0 (-100.00%), hash, Wakes 0 → 1\n"+
		"  fib on 4 CPUs: only one of both has this cell\n"+
		"  fib on 2 CPUs: only one of both has this cell\n", was.changes(is))
}

func TestAGoldenFileThatIsNoneSaysWhere(t *testing.T) {
	for text, want := range map[string]string{
		"workload=fib":                           "no cell",
		"workload=fib/design=gm/procs=x ns=1":    "no number of CPUs",
		"workload=fib/design=gm/procs=1 ns=many": `no counter: "ns=many"`,
	} {
		_, err := parseGolden(text)
		require.ErrorContains(t, err, want)
	}
}
