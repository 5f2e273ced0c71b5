//go:build model

package model_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/sampling"
	"schedlab/host"
)

// A mutant is the code of this repository with one mistake. A test makes it from the sources,
// by a replacement of some text, and builds this package with it: see go help build, -overlay.
// For each mutant there is a program of this package that is wrong with it.

var (
	rewrite  = flag.Bool("rewrite", false, "rewrite the comparison of strategies on mutants")
	measured = flag.String("mutant", "", "measure the program of this `mutant`, which is built in")
	rowFile  = flag.String("row", "", "the `file` for what was measured")
)

const (
	comparisonPage    = "../../explore/sampling/README.md"
	comparisonCommand = "go test -tags model ./check/model -run Mutants -rewrite"
)

// mutant is one mistake.
type mutant struct {
	name     string
	file     string // relative to the root
	old, new string // old is in the file once
	program  func()
	timeouts int
}

// onDesign is a program of TestProtocols.
func onDesign(design string, procs int, program func(design string, procs int)) func() {
	return func() { program(design, procs) }
}

// onRing is the program of TestRing with that name.
func onRing(name string) func() {
	i := slices.IndexFunc(ringPrograms, func(p ringProgram) bool { return p.name == name })
	return ringPrograms[i].run
}

// onNote is the program of TestFutexNote with that name.
func onNote(name string) func() {
	for _, p := range notePrograms {
		if p.name == name {
			return func() { p.program(&host.FutexNote{}) }
		}
	}
	panic("there is no such program: " + name)
}

func onMutex(threads, sections int) func() {
	return func() { exclude(&host.FutexMutex{}, threads, sections) }
}

var mutants = []mutant{
	{
		name: "mutex: TryLock loads, then stores", file: "host/mutex.go",
		old: "if !m.word.CompareAndSwap(mutexFree, mutexHeld) {\n\t\treturn false\n\t}",
		new: "if m.word.Load() != mutexFree {\n\t\treturn false\n\t}\n" +
			"\tm.word.Store(mutexHeld)",
		program: onMutex(2, 1),
	},
	{
		name: "mutex: Unlock wakes nobody", file: "host/mutex.go",
		old: "\t\tfutexWake(&m.word)\n", new: "",
		program: onMutex(2, 1),
	},
	{
		name: "mutex: a thread that slept forgets the others", file: "host/mutex.go",
		old: "\t\tfutexSleep(&m.word, mutexContended, -1)\n",
		new: "\t\tfutexSleep(&m.word, mutexContended, -1)\n" +
			"\t\tif m.TryLock() {\n\t\t\treturn sleeps\n\t\t}\n",
		program: onMutex(3, 1),
	},
	{
		name: "note: Sleep stores, and does not compare", file: "host/note.go",
		old: "if n.word.CompareAndSwap(noteClear, noteSleeping) || " +
			"n.word.Load() == noteSleeping {\n\t\t\tslept = true",
		new:     "n.word.Store(noteSleeping)\n\t\t{\n\t\t\tslept = true",
		program: onNote("a wakeup is not lost"),
	},
	{
		name: "note: a timeout stores, and does not compare", file: "host/note.go",
		old:     "n.word.CompareAndSwap(noteSleeping, noteClear)\n",
		new:     "n.word.Store(noteClear)\n",
		program: onNote("a timeout against a wakeup"), timeouts: 1,
	},
	{
		name: "ring: Get stores the head, and does not compare", file: "rt/queue/ring.go",
		old:     "if r.head.CompareAndSwap(h, h+1) {",
		new:     "if r.head.Load() == h {\n\t\t\tr.head.Store(h + 1)",
		program: onRing("gets"),
	},
	{
		name: "ring: runnext is loaded, then cleared", file: "rt/queue/ring.go",
		old:     "return r.runnext.Swap(nil)",
		new:     "x := r.runnext.Load()\n\tr.runnext.Store(nil)\n\treturn x",
		program: onRing("runnext"),
	},
	{
		name: "ring: an overflow stores the head", file: "rt/queue/ring.go",
		old:     "if !r.head.CompareAndSwap(h, h+n) {\n\t\treturn false\n\t}",
		new:     "r.head.Store(h + n)",
		program: onRing("puts that overflow"),
	},
	{
		name: "thief: a grab stores the head", file: "rt/queue/thief.go",
		old: "return v.victim.head.CompareAndSwap(h, h+n)",
		new: "if v.victim.head.Load() != h {\n\t\treturn false\n\t}\n" +
			"\tv.victim.head.Store(h + n)\n\treturn true",
		program: onRing("two thieves"),
	},
	{
		name: "thief: a grab does not doubt what it saw", file: "rt/queue/thief.go",
		old: "if n > ringSize()/2 {", new: "if n > 1<<31 {",
		program: onRing("a thief with elements"),
	},
	{
		name: "thief: the tail is loaded before the head", file: "rt/queue/thief.go",
		old: "h := v.victim.head.Load()\n\tseen = v.victim.tail.Load() // after head, so " +
			"that equal means empty",
		new:     "seen = v.victim.tail.Load()\n\th := v.victim.head.Load()",
		program: onRing("never empty"),
	},
	{
		name: "thief: runnext is compared, then cleared", file: "rt/queue/thief.go",
		old: "return v.victim.runnext.CompareAndSwap(x, nil)",
		new: "if v.victim.runnext.Load() != x {\n\t\treturn false\n\t}\n" +
			"\tv.victim.runnext.Store(nil)\n\treturn true",
		program: onRing("two thieves and runnext"),
	},
	{
		name: "event: a waiter does not look again", file: "check/model/park_test.go",
		old:     "return !e.happened.Load() || e.waiter.Swap(nil) == nil",
		new:     "return true",
		program: parkAndReady(2),
	},
	{
		name: "event: the waiter is taken before the store", file: "check/model/park_test.go",
		old:     "e.happened.Store(true)\n\tif gp := e.waiter.Swap(nil); gp != nil {",
		new:     "gp := e.waiter.Swap(nil)\n\te.happened.Store(true)\n\tif gp != nil {",
		program: parkAndReady(2),
	},
	{
		name: "gm: a system call does not look at gwaiting", file: "designs/gm/m.go",
		old: "if !s.subCPU().gwaiting() {\n\t\treturn\n\t}",
		new: "s.subCPU()\n\tif s != nil {\n\t\treturn\n\t}",

		program: onDesign("gm", 1, on(kernel)),
	},
	{
		name: "global: an M that parks does not look again", file: "designs/global/m.go",
		old: "s.idleMu.Unlock()\n\tif !s.runq.Empty() {\n\t\ts.wakeOne()\n\t}\n\tmp.note.Sleep()",
		new: "s.idleMu.Unlock()\n\tmp.note.Sleep()",

		program: onDesign("global", 2, on(twice)),
	},
	{
		name: "global: a system call does not look at the queue", file: "designs/global/m.go",
		old:     "\tif !s.runq.Empty() {\n\t\ts.wakeOne()\n\t}\n}\n\n// end",
		new:     "}\n\n// end",
		program: onDesign("global", 1, on(kernel)),
	},
	{
		name: "global: looks for a slot before the put", file: "designs/global/m.go",
		old:     "mp.sched.runq.Put(gp)\n\tmp.sched.submitted()",
		new:     "mp.sched.submitted()\n\tmp.sched.runq.Put(gp)",
		program: onDesign("global", 2, on(twice)),
	},
	{
		name: "global: a slot is loaded, then stored", file: "designs/global/global.go",
		old:     "if s.free.CompareAndSwap(n, n-1) {",
		new:     "s.free.Store(n - 1)\n\t\tif n > 0 {",
		program: onDesign("global", 1, kernelBack(2)),
	},
	{
		name: "global: the world goes on and no M is woken", file: "designs/global/world.go",
		old:     "for range s.runq.Len() {",
		new:     "for range 0 * s.runq.Len() {",
		program: onDesign("global", 2, on(stopSpawn)),
	},
	{
		name: "gpm: no look after spinning", file: "designs/gpm/find.go",
		old: "if mp.lookAgain() {", new: "if s == nil {",
		program: spinnerGivesUp,
	},
	{
		name: "gpm: no look after spinning, whole scheduler", file: "designs/gpm/find.go",
		old: "if mp.lookAgain() {", new: "if s == nil {",
		program: onDesign("gpm", 2, on(twice)),
	},
	{
		name: "gpm: an M that may not spin gives up unasked", file: "designs/gpm/find.go",
		old: "if !mp.spinning && s.idle.asked() {", new: "if s == nil {",
		program: spinnerRefused,
	},
	{
		name: "gpm: wakep counts down after the lock", file: "designs/gpm/spin.go",
		old: "s.idle.addSpinning(-1)\n\t\ts.idle.ask()\n\t\ts.lock.Unlock()\n\t\treturn",
		new: "s.idle.ask()\n\t\ts.lock.Unlock()\n\t\ts.idle.addSpinning(-1)\n\t\treturn",

		program: spinnerLate,
	},
	{
		name: "gpm: wakes before it puts", file: "designs/gpm/m.go",
		old:     "mp.InitG(gp, fn)\n\tmp.runqputNext(gp)\n\tmp.wakep()",
		new:     "mp.InitG(gp, fn)\n\tmp.wakep()\n\tmp.runqputNext(gp)",
		program: onDesign("gpm", 2, on(twice)),
	},
	{
		name: "gpm: a yield wakes none", file: "designs/gpm/m.go",
		old:     "stopped just before (Go issue 55160).\n\tmp.wakep()\n",
		new:     "stopped just before (Go issue 55160).\n",
		program: onDesign("gpm", 2, on(yield)),
	},
	{
		name: "gpm: a spinner that finds work wakes no other", file: "designs/gpm/spin.go",
		old:     "mp.sched.idle.dropSpinning(mp)\n\tmp.wakep()",
		new:     "mp.sched.idle.dropSpinning(mp)",
		program: onDesign("gpm", 3, on(together)),
	},
	{
		name: "gpm: a submitter does not look again", file: "designs/gpm/idle.go",
		old:     "\treturn i.npidle.Load() != 0\n}\n\n// idlePs",
		new:     "\treturn false\n}\n\n// idlePs",
		program: spinnerRefused,
	},
	{
		name: "gpm: an M that leaves the kernel takes no P", file: "designs/gpm/syscall.go",
		old:     "// this one must take the P.\n\tpp := s.idle.pidleget()",
		new:     "//\n\tvar pp *p",
		program: onDesign("gpm", 1, kernelBack(2)),
	},
}

// mutate writes m's file, with its mistake, and what tells go build of it.
func (m *mutant) mutate(t *testing.T) (overlay string) {
	t.Helper()
	original, err := filepath.Abs(filepath.Join("..", "..", m.file))
	require.NoError(t, err)
	mutated := filepath.Join(t.TempDir(), "mutated.go")
	require.NoError(t, os.WriteFile(mutated, []byte(m.source(t)), 0o666))
	replace := map[string]map[string]string{"Replace": {original: mutated}}
	text, err := json.Marshal(replace)
	require.NoError(t, err)
	overlay = filepath.Join(t.TempDir(), "overlay.json")
	require.NoError(t, os.WriteFile(overlay, text, 0o666))
	return overlay
}

// source returns m's file with the mistake.
func (m *mutant) source(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", m.file))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(src), m.old), "%s: how often %q is in %s: "+
		"write the mutant anew", m.name, m.old, m.file)
	return strings.Replace(string(src), m.old, m.new, 1)
}

// measure builds this package with the mistake and lets that measure.
func (m *mutant) measure(t *testing.T) (r sampling.Row) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "row.json")
	out, err := exec.Command("go", "test", "-tags", "model", "-vet", "off", "-timeout", "1h",
		"-overlay", m.mutate(t), "-run", "^TestMutants$", ".",
		"-mutant="+m.name, "-row="+file).CombinedOutput()
	require.NoError(t, err, "%s: %s", m.name, out)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &r))
	return r
}

// measureHere measures the program of the mutant that this binary was built with.
func measureHere(t *testing.T, name, file string) {
	i := slices.IndexFunc(mutants, func(m mutant) bool { return m.name == name })
	require.GreaterOrEqual(t, i, 0)
	m := mutants[i]
	p := sampling.Program{Name: m.name, Run: m.program, Timeouts: m.timeouts}
	text, err := json.Marshal(sampling.Measure(p, sampling.Seeds, sampling.Budget))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o666))
}

// TestMutants: each mistake can be made in the sources as they are, and the page shows what
// the first mutant is measured to be. To measure all of them takes ten minutes: -rewrite.
func TestMutants(t *testing.T) {
	if *measured != "" {
		measureHere(t, *measured, *rowFile)
		return
	}
	var rows []sampling.Row
	for i, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			m.source(t)
			if *rewrite || i == 0 && !testing.Short() {
				rows = append(rows, m.measure(t))
			}
		})
	}
	if *rewrite && len(rows) == len(mutants) { // -run has left none out
		table := "\n" + sampling.Table(rows, sampling.Seeds, sampling.Budget) + "\n"
		require.NoError(t, sampling.Rewrite(comparisonPage, comparisonCommand, table))
	}
	part, err := sampling.Part(comparisonPage, comparisonCommand)
	require.NoError(t, err)
	require.Contains(t, part, fmt.Sprintf(" of %d programs", len(mutants)),
		"%s measures all mutants", comparisonCommand)
	for _, r := range rows {
		require.Contains(t, part, r.Line(sampling.Budget), "%s measures anew", comparisonCommand)
	}
}
