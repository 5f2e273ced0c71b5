package linear_test

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/check/linear"
)

// event returns an event of a FIFO.
func event(client int, call, ret int64, op linear.Op[linear.Seq]) linear.Event[linear.Seq] {
	return linear.Event[linear.Seq]{Client: client, Call: call, Return: ret, Op: op}
}

// requireVerdict checks that the verdict err is a pass, or else a violation.
func requireVerdict(t *testing.T, linearizable bool, err error) {
	t.Helper()
	if linearizable {
		require.NoError(t, err, "a false alarm")
		return
	}
	var violation *linear.Violation
	require.ErrorAs(t, err, &violation, "a violation was missed")
}

// TestFIFOSequentially judges the answers to one client, whose operations do not overlap.
func TestFIFOSequentially(t *testing.T) {
	type op = linear.Op[linear.Seq]
	of := linear.Of
	get := func(most int, out ...linear.Elem) op { return linear.Get{Max: most, Out: of(out...)} }
	put123 := linear.Put{In: of(1, 2, 3)}
	for _, c := range []struct {
		name string
		good bool
		ops  []op
	}{
		{"first in first out", true, []op{put123, get(1, 1), get(1, 2)}},
		{"last in first out", false, []op{put123, get(1, 3)}},
		{"taken twice", false, []op{put123, get(1, 1), get(1, 1)}},
		{"nothing though there is something", false, []op{put123, get(1)}},
		{"nothing", true, []op{get(1)}},
		{"something never put", false, []op{get(1, 1)}},
		{"batch", true, []op{put123, get(2, 1, 2), get(2, 3), get(2)}},
		{"short batch", false, []op{put123, get(2, 1)}},
		{"long batch", false, []op{put123, get(2, 1, 2, 3)}},
		{"batch in another order", false, []op{put123, get(2, 2, 1)}},
		{"put at the head", true, []op{put123, linear.PutHead{4}, get(2, 4, 1)}},
		{"put at the head, done at the tail", false, []op{put123, linear.PutHead{4}, get(1, 1)}},
		{"length", true, []op{linear.Len{0}, put123, linear.Len{3}, linear.Empty{false}}},
		{"length off by one", false, []op{put123, linear.Len{2}}},
		{"empty", true, []op{linear.Empty{true}}},
		{"not empty", false, []op{linear.Empty{false}}},
		{"empty though there is something", false, []op{put123, linear.Empty{true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := linear.NewRecorder[linear.Seq](1)
			for _, op := range c.ops {
				rec.Client(0).Return(rec.Client(0).Call(), op)
			}
			requireVerdict(t, c.good, linear.FIFO.Judge(rec.History()))
		})
	}
}

// TestOrderIsThatOfStamps judges the same answers with and without overlap.
func TestOrderIsThatOfStamps(t *testing.T) {
	type history = linear.History[linear.Seq]
	put, got, nothing := linear.Put{linear.Of(1)}, linear.Get{1, linear.Of(1)}, linear.Get{1, ""}
	for _, c := range []struct {
		name string
		good bool
		h    history
	}{
		{"get before put", false, history{event(0, 1, 2, got), event(1, 3, 4, put)}},
		{"get that overlaps put", true, history{event(0, 1, 4, got), event(1, 3, 6, put)}},
		{"get that touches put", true, history{event(0, 1, 3, got), event(1, 3, 4, put)}},
		{"nothing after put", false, history{event(1, 1, 2, put), event(0, 3, 4, nothing)}},
		{"nothing while put", true, history{event(1, 1, 4, put), event(0, 3, 6, nothing)}},
	} {
		t.Run(c.name, func(t *testing.T) { requireVerdict(t, c.good, linear.FIFO.Judge(c.h)) })
	}
}

// TestWhatIsPendingHasHappenedOrNot judges histories that end while clients are in operations.
func TestWhatIsPendingHasHappenedOrNot(t *testing.T) {
	type history = linear.History[linear.Seq]
	perhaps := func(client int, call int64, op linear.Op[linear.Seq]) linear.Event[linear.Seq] {
		return event(client, call, linear.Never, op)
	}
	put := func(x linear.Elem) linear.Op[linear.Seq] { return linear.Put{In: linear.Of(x)} }
	get := func(x linear.Elem) linear.Op[linear.Seq] { return linear.Get{1, linear.Of(x)} }
	some := linear.GetSome{Max: 1}
	for _, c := range []struct {
		name string
		good bool
		h    history
	}{
		{"a put whose element is found", true, history{
			perhaps(0, 1, put(1)), event(1, 1, 2, get(1)),
		}},
		{"a put that has not happened", true, history{
			perhaps(0, 1, put(1)), event(1, 1, 2, get(0)),
		}},
		{"a put after it is found", false, history{event(1, 1, 2, get(1)), perhaps(0, 3, put(1))}},
		{"a put that happens once", false, history{
			perhaps(0, 1, put(1)), event(1, 1, 2, get(1)), event(1, 3, 4, get(1)),
		}},
		{"one of two puts", true, history{
			perhaps(0, 1, put(1)), perhaps(0, 1, put(2)), event(1, 1, 2, get(2)),
		}},
		{"not both of two", false, history{
			perhaps(0, 1, put(1)), perhaps(0, 1, put(2)),
			event(1, 1, 2, get(2)), event(1, 3, 4, get(1)),
		}},
		{"two clients, in any order", true, history{
			perhaps(0, 1, put(1)), perhaps(1, 1, put(2)),
			event(2, 1, 2, get(2)), event(2, 3, 4, get(1)),
		}},
		{"a get that has taken something", true, history{
			event(0, 1, 2, put(1)), event(0, 3, 4, put(2)), perhaps(1, 3, some),
			event(2, 5, 6, get(2)),
		}},
		{"a get that has taken nothing", true, history{
			event(0, 1, 2, put(1)), perhaps(1, 3, some), event(2, 3, 4, get(1)),
		}},
		{"one get that takes two", false, history{
			event(0, 1, 2, put(1)), event(0, 3, 4, put(2)), perhaps(1, 3, some),
			event(2, 5, 6, get(0)),
		}},
		{"no effect", false, history{
			event(0, 1, 2, put(1)), perhaps(1, 3, linear.NoEffect[linear.Seq]{}),
			event(2, 5, 6, get(0)),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			requireVerdict(t, c.good, linear.FIFO.Judge(c.h))
			cache := linear.Cache[linear.Seq]{Spec: linear.FIFO}
			for range 2 {
				requireVerdict(t, c.good, cache.Judge(c.h))
			}
			require.Equal(t, c.good, cache.Hits == 1)
		})
	}
}

func TestAPictureShowsWhatIsPending(t *testing.T) {
	_, dir := check(t, linear.History[linear.Seq]{
		event(0, 1, linear.Never, linear.Put{In: linear.Of(1)}),
		event(1, 1, 2, linear.Get{Max: 1, Out: linear.Of(7)}),
	})
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	picture, err := os.ReadFile(dir + "/" + files[0].Name())
	require.NoError(t, err)
	require.Contains(t, string(picture), "put [1]")
}

// What is no history has no verdict, and does not pass.
func TestWhatIsNoHistoryIsRefused(t *testing.T) {
	put := linear.Put{In: linear.Of(1)}
	for want, h := range map[string]linear.History[linear.Seq]{
		"an operation returns before it is called:    3-2    client 0: put [1]": {
			event(0, 3, 2, put),
		},
		"client 1 calls an operation before the other returns": {
			event(1, 1, 4, put), event(1, 3, 6, put),
		},
		"before the other returns:    1-     client 1: perhaps put [1]": {
			event(1, 1, linear.Never, put), event(1, 3, 6, put),
		},
		"an event of client 2 has no Op": {event(2, 1, 2, nil)},
	} {
		err := linear.FIFO.Judge(h)
		require.ErrorIs(t, err, linear.ErrNoHistory)
		require.ErrorContains(t, err, want)
		cache := linear.Cache[linear.Seq]{Spec: linear.FIFO}
		require.ErrorIs(t, cache.Judge(h), linear.ErrNoHistory)
		require.ErrorIs(t, cache.Judge(h), linear.ErrNoHistory)
	}
}

func TestClockOrdersExactlyWhatDidNotOverlap(t *testing.T) {
	rec := linear.NewRecorder[linear.Seq](2)
	a, b := rec.Client(0), rec.Client(1)
	op := linear.Len{0}

	first := a.Call()
	second := b.Call() // overlaps first
	a.Return(first, op)
	third := a.Call() // after first, overlaps second
	b.Return(second, op)
	fourth := b.Call() // after second, overlaps third
	a.Return(third, op)
	b.Return(fourth, op)

	before := map[[2]int]bool{}
	h := rec.History()
	for i, x := range h {
		require.Less(t, x.Call, x.Return)
		for j, y := range h {
			if x.Return < y.Call {
				before[[2]int{i, j}] = true
			}
		}
	}
	require.Equal(t, map[[2]int]bool{{0, 2}: true, {0, 3}: true, {1, 3}: true}, before)
}

// failing stands for a test that Check fails, and keeps the message.
type failing struct {
	testing.TB
	dir     string
	message string
}

func (f *failing) Helper()             {}
func (f *failing) ArtifactDir() string { return f.dir }
func (f *failing) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// check returns the message of Check, and the folder for pictures.
func check(t *testing.T, h linear.History[linear.Seq]) (message, dir string) {
	f := &failing{TB: t, dir: t.TempDir()}
	var done sync.WaitGroup
	done.Go(func() { linear.Check(f, linear.FIFO, h) })
	done.Wait()
	return f.message, f.dir
}

func TestCheckLeavesAPictureAndNamesIt(t *testing.T) {
	wrong := linear.History[linear.Seq]{event(0, 1, 2, linear.Get{1, linear.Of(7)})}
	message, dir := check(t, wrong)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Contains(t, message, files[0].Name())
	require.Contains(t, message, "client 0: get 1: [7]")
	picture, err := os.ReadFile(dir + "/" + files[0].Name())
	require.NoError(t, err)
	require.Contains(t, string(picture), "get 1: [7]")
}

func TestCheckSaysNothingAboutALinearizableHistory(t *testing.T) {
	message, dir := check(t, linear.History[linear.Seq]{event(0, 1, 2, linear.Get{1, ""})})
	require.Empty(t, message)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)
}

// TestNoVerdictIsNoPass judges puts that all overlap and an answer that fits none of their orders,
// which takes longer than the budget.
func TestNoVerdictIsNoPass(t *testing.T) {
	defer linear.SetBudget(time.Millisecond)()
	h := linear.History[linear.Seq]{}
	for i := range 24 {
		h = append(h, event(i, 1, 2, linear.Put{linear.Of(linear.Elem(i + 1))}))
	}
	h = append(h, event(0, 3, 4, linear.Get{1, linear.Of(100)}))
	require.ErrorIs(t, linear.FIFO.Judge(h), linear.ErrBudget)
	message, _ := check(t, h)
	require.Contains(t, message, linear.ErrBudget.Error())
}

func TestSeqKeepsOrderAndTells(t *testing.T) {
	s := linear.Of(1, 2, 3, 300, 0, 7)
	require.Equal(t, 5, s.Len())
	require.EqualValues(t, 300, s.At(3))
	require.Equal(t, linear.Of(1, 2), s.First(2))
	require.Equal(t, linear.Of(300, 7), s.After(3))
	require.Equal(t, "[1..3 300 7]", s.String())
	require.Equal(t, "[]", linear.Of().String())
	require.Equal(t, "[1 2 9]", linear.Of(1, 2, 9).String())
}
