package explore_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore"
)

// The documentation of the package shows what is here, and what it prints: with
// its line numbers.

type wrongLock struct{ held explore.Bool }

func (l *wrongLock) Lock() {
	for l.held.Load() {
		explore.Pause()
	}
	l.held.Store(true)
}

func (l *wrongLock) Unlock() { l.held.Store(false) }

func twoAdd(lock sync.Locker) {
	var n explore.Var[int]
	add := func() {
		lock.Lock()
		n.Store(n.Load() + 1)
		lock.Unlock()
	}
	other := explore.Go(add)
	add()
	other.Join()
	explore.Assert(n.Load() == 2, "n is %d", n.Load())
}

type spinLock struct{ held explore.Bool }

func (l *spinLock) Lock() {
	for !l.held.CompareAndSwap(false, true) {
		explore.Pause()
	}
}

func (l *spinLock) Unlock() { l.held.Store(false) }

// In the documentation MustViolate is not there yet, and the test fails.
func TestWrongLock(t *testing.T) {
	r := explore.Test(t, func() { twoAdd(new(wrongLock)) }, explore.MustViolate(explore.DataRace))
	table := strings.Replace(r.Violation.Table, "go test -tags model ", "go test ", 1)
	shown(t, verdict(r)+"\n\n"+table)
	if !flagged() {
		readme, err := os.ReadFile("../README.md")
		require.NoError(t, err)
		here := func(text string) string { // README may mean the folder
			return strings.ReplaceAll(text, "go test schedlab/explore ", "go test ")
		}
		text := strings.ReplaceAll(string(readme), "\n    ", "\n")
		require.Contains(t, here(text), here(table), "README.md should show what is printed now")
	}
}

func TestSpinLock(t *testing.T) {
	r := explore.Test(t, func() { twoAdd(new(spinLock)) })
	shown(t, verdict(r))
}

// verdict is what Test logs, had it taken no time.
func verdict(r explore.Result) string {
	r.Elapsed = 0
	return "explore: " + r.String()
}

// flagged says whether flags have something else explored here.
func flagged() (given bool) {
	flag.Visit(func(f *flag.Flag) { given = given || strings.HasPrefix(f.Name, "explore.") })
	return given
}

// shown requires text to be in the documentation.
func shown(t *testing.T, text string) {
	t.Helper()
	if flagged() {
		return
	}
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var plain strings.Builder
	for line := range strings.Lines(string(doc)) {
		plain.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "//"), "\t"))
	}
	require.Contains(t, plain.String(), text, "doc.go should show what is printed now")
}

// TestTheDocumentationShowsThisCode: that of the two locks, and of what uses them.
func TestTheDocumentationShowsThisCode(t *testing.T) {
	code, err := os.ReadFile("doc_test.go")
	require.NoError(t, err)
	_, code, _ = bytes.Cut(code, []byte("line numbers.\n"))
	code, _, _ = bytes.Cut(code, []byte("// In the documentation"))
	for declaration := range strings.SplitSeq(strings.TrimSpace(string(code)), "\n\n") {
		shown(t, declaration)
	}
}

func Example() {
	r, err := explore.Run(func() { twoAdd(new(wrongLock)) })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict, r.Violation.Property)

	r, _ = explore.Run(func() { twoAdd(new(spinLock)) })
	fmt.Println(r.Verdict, r.Bound, r.Complete)
	// Output:
	// Violated data race
	// Verified every execution 2
}

func ExamplePreemptions() {
	var x explore.Int32 // it is 0 again at the beginning of each execution
	program := func() {
		add := func() { x.Store(x.Load() + 1) }
		a, b := explore.Go(add), explore.Go(add)
		a.Join()
		b.Join()
		explore.Assert(x.Load() == 2, "an update is lost")
	}
	for n := range 2 {
		r, _ := explore.Run(program, explore.Preemptions(n))
		fmt.Println(n, r.Verdict)
	}
	// Output:
	// 0 Verified
	// 1 Violated
}

func ExampleRun_unknown() {
	r, _ := explore.Run(func() {
		var stop explore.Bool
		explore.Go(func() {
			for !stop.Load() { // it lacks a call of Pause
			}
		})
		stop.Store(true)
	}, explore.Steps(100))
	fmt.Println(r.Verdict, r.TooLong)
	// Output:
	// Unknown 1
}

func ExampleChoose() {
	seen := map[int]bool{}
	r, _ := explore.Run(func() {
		seen[explore.Choose(3)] = true
	})
	fmt.Println(r.Verdict, r.Complete, len(seen))
	// Output:
	// Verified 3 3
}
