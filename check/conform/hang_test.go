//go:build !sim

// A simulated machine ends a property that hangs by itself, and no goroutine can Dump there.

package conform

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/gm"
	"schedlab/rt"
)

// childEnv is set in the processes that TestAFailureNamesThePromise starts.
const childEnv = "SCHEDLAB_TEST_CHILD"

// hangs is a property that hangs, of which no promise is asked.
func hangs(t *trial) {
	t.scheduler()
	select {}
}

// fails is a property that fails, and asks for a promise itself.
func fails(t *trial) { require.False(t, t.promises(rt.Counts)) }

// The three ways to fail: a design hangs that ought to decline a promise, a design hangs that no
// promise excuses, and a property fails without a hang.
func TestAFailureNamesThePromise(t *testing.T) {
	for _, row := range []struct {
		*property
		says []string
	}{
		{propertyOf("FairHogs"), []string{
			"FairHogs hangs", "FairHogs needs these promises of rt/promise.go: \"preempts\".",
			"the comment of hogsLetIn of check/conform/fair.go:", "SCHED ", "goroutine ",
			"FairHogs needs these promises",
		}},
		{&property{name: "Hangs", check: hangs}, []string{
			"Hangs hangs", "Hangs is asked of every design", "SCHED ",
		}},
		{&property{name: "Fails", check: fails}, []string{
			"Should be false", "Fails needs these promises of rt/promise.go: \"counts\".",
			"the comment of fails of check/conform/hang_test.go:",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if os.Getenv(childEnv) != "" {
				tr := &trial{T: t, procs: 1, open: gm.New, opened: &opened{}, patience: 1}
				row.run(tr)
				return
			}
			only := "-test.run=^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
			child := exec.Command(os.Args[0], only)
			child.Env = append(os.Environ(), childEnv+"=1")
			out, err := child.CombinedOutput()
			require.Error(t, err, "the child must fail")
			requireInOrder(t, string(out), row.says...)
		})
	}
}

// requireInOrder checks that text has all parts, one behind the other.
func requireInOrder(t *testing.T, text string, parts ...string) {
	rest := text
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		require.Truef(t, found, "%q is missing, or not in the order of %q, in this text:\n%s",
			part, parts, text)
		rest = after
	}
}

func TestBlameNamesWhatAPropertyNeedsAndAsks(t *testing.T) {
	tr := &trial{opened: &opened{}, lacks: rt.Lacks{rt.Counts: "none"}}
	p := property{name: "X", check: fails, needs: needs(rt.HasPs)}
	require.Contains(t, p.blame(tr), `X needs these promises of rt/promise.go: "has Ps".`)
	require.False(t, tr.promises(rt.Counts))
	require.True(t, tr.promises(rt.HasPs))
	require.Contains(t, p.blame(tr), `X needs these promises of rt/promise.go: "counts", "has Ps".`)
	p = property{name: "Y", check: fails}
	require.Contains(t, p.blame(&trial{opened: &opened{}}), "Y is asked of every design")
}

func TestASecondCountsByWhatTheProcessGotOfIt(t *testing.T) {
	const s = time.Second
	for _, row := range []struct{ used, counts time.Duration }{
		{0, s / waitingPart}, {s / 10, s / waitingPart}, {s / 8, s / 8}, {s / 2, s / 2}, {s, s},
		{4 * s, s},
	} {
		require.Equal(t, row.counts, counted(row.used),
			"what counts of a second in which the process computed for %v", row.used)
	}
}

func TestADumpThatPanicsIsTold(t *testing.T) {
	require.Equal(t, "Dump panics: no", inTime(func() string { panic("no") }))
}
