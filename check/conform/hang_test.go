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

// childEnv is set in the process that TestAFailure... starts.
const childEnv = "SCHEDLAB_TEST_CHILD"

// Hogs on a design that says nothing of lacking preemption, a hang that is nobody's
// promise, and a failure that is no hang.
func TestAFailureNamesThePromise(t *testing.T) {
	for _, row := range []struct {
		*property
		says []string
	}{
		{propertyOf("FairHogs"), []string{"FairHogs hangs", "FairHogs checks the promise \"preempts\" of", "SCHED ", "goroutine ", "FairHogs checks the promise \"preempts\" of"}},
		{&property{name: "Hangs", check: func(t *trial) { t.scheduler(); select {} }}, []string{"Hangs hangs", "Hangs is asked of every design", "SCHED "}},
		{&property{name: "Fails", check: func(t *trial) { require.False(t, t.promises(rt.Counts)) }}, []string{"Should be false", "Fails checks the promise \"counts\" of"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if os.Getenv(childEnv) != "" {
				row.run(&trial{T: t, procs: 1, open: gm.New, opened: &opened{}, patience: 1})
				return
			}
			child := exec.Command(os.Args[0], "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
			child.Env = append(os.Environ(), childEnv+"=1")
			out, err := child.CombinedOutput()
			require.Error(t, err)
			requireInOrder(t, string(out), row.says...)
		})
	}
}

func propertyOf(name string) *property {
	for i := range properties {
		if properties[i].name == name {
			return &properties[i]
		}
	}
	return nil
}

func requireInOrder(t *testing.T, text string, parts ...string) {
	rest := text
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		require.Truef(t, found, "%q is not there, or not in the order of %q:\n%s", part, parts, text)
		rest = after
	}
}

func TestBlameNamesWhatAPropertyNeedsAndAsks(t *testing.T) {
	tr := &trial{opened: &opened{}, lacks: rt.Lacks{rt.Counts: "none"}}
	p := property{name: "X", needs: needs(rt.HasPs)}
	require.Contains(t, p.blame(tr), `X checks the promise "has Ps" of `)
	require.False(t, tr.promises(rt.Counts))
	require.True(t, tr.promises(rt.HasPs))
	require.Contains(t, p.blame(tr), `X checks the promise "counts", "has Ps" of `)
	require.Contains(t, (&property{name: "Y"}).blame(&trial{opened: &opened{}}), "Y is asked of every design")
}

func TestASecondCountsByWhatTheProcessGotOfIt(t *testing.T) {
	const s = time.Second
	for _, row := range []struct{ used, counts time.Duration }{
		{0, s / 9}, {s / 10, s / 9}, {s / 8, s / 8}, {s / 2, s / 2}, {s, s}, {4 * s, s},
	} {
		require.Equal(t, row.counts, counted(row.used), "%v", row.used)
	}
}

func TestADumpThatPanicsIsTold(t *testing.T) {
	require.Equal(t, "Dump panics: no", inTime(func() string { panic("no") }))
}
