package main

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// A program that goes on for ever without doing anything ends the process. Here, the watch only
// calls hangs.
func TestAHangIsReported(t *testing.T) {
	row := designOf(t, "gpm")
	s, err := row.New(rt.Config{Procs: 2})
	require.NoError(t, err)
	var out bytes.Buffer
	w := newWatch(small(t, "gpm"), &out, new(counts))
	w.patience = 50 * time.Millisecond
	var hung sync.WaitGroup
	hung.Add(1)
	w.hangs = hung.Done
	w.looksAt("design gpm, seed 1, round 2", 2, s)
	label(t.Context(), "here it hangs")
	defer label(t.Context(), "")
	require.NoError(t, printLabels())
	release := s.Hold()
	const blocked = "waiting (chan receive)"
	var door *gsync.Chan[int]
	ran := make(chan error)
	go func() {
		ran <- s.Run(func(g *rt.G) {
			door = gsync.NewChan[int](g, 0)
			door.Recv(g)
		})
	}()
	for !strings.Contains(s.Dump(), blocked) {
		runtime.Gosched()
	}
	w.start()
	hung.Wait()
	w.stop()
	for strings.Contains(out.String(), noList) { // the machine was too slow for the Dump
		out.Reset()
		w.report()
	}
	require.NoError(t, s.Go(func(g *rt.G) { door.Send(g, 1) }))
	release()
	require.NoError(t, <-ran)
	require.NoError(t, s.Close())
	text := out.String()
	require.Contains(t, text, "soak: design gpm, seed 1, round 2: nothing has happened for 50ms\n")
	require.Contains(t, text, "SCHED")
	require.Contains(t, text, blocked)
	require.Contains(t, text, "soak.TestAHangIsReported(", "the stacks of all")
	require.Contains(t, text, "here it hangs", "the labels of the stacks")
}

func TestAPulseIsStillWhileNothingChanges(t *testing.T) {
	var p pulse
	for _, step := range []struct {
		n    int64
		want int
	}{{7, 0}, {7, 1}, {7, 2}, {8, 0}, {8, 1}, {7, 0}} {
		require.Equal(t, step.want, p.still(step.n))
	}
}

// Goroutines outside go on even when a program hangs.
func TestWhatIsEndlessIsNoProgress(t *testing.T) {
	c := new(counts)
	for _, k := range kinds {
		if k.beside == nil {
			continue
		}
		before := c.progress()
		for _, what := range k.counts {
			c.add(what, 1)
		}
		ends := k.name == "submit" || k.name == "errand"
		require.Equal(t, ends, c.progress() > before, k.name)
	}
}

// shared is a buffer that is written while it is read.
type shared struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func TestProgressIsShown(t *testing.T) {
	var out shared
	c := new(counts)
	c.add(countYields, 12_345)
	o := small(t, "gpm")
	w := newWatch(o, &out, c)
	w.every = 10 * time.Millisecond
	w.looksAt("", 7, nil)
	w.start()
	defer w.stop()
	for !strings.Contains(out.String(), "0s left, round 7\n    12.3k yields\n0s left") {
		runtime.Gosched()
	}
}

func TestProgressOfTheBigModes(t *testing.T) {
	shows := func(w *watch, after time.Duration) string {
		var out bytes.Buffer
		w.out = &out
		w.show(w.began.Add(after))
		w.shown, w.had = w.began.Add(after), w.counts.snapshot()
		return out.String()
	}
	w := newWatch(big(t, "gpm", "short", 20_000*defaultDivide), nil, new(counts))
	require.Equal(t, "1s gone, 0 of 20.0k Gs ended\n", shows(w, time.Second))
	w.counts.add(countGs, 5000)
	require.Equal(t, "2s gone, 5.0k of 20.0k Gs ended, about 3s left\n", shows(w, 2*time.Second))

	w = newWatch(big(t, "gpm", "blocked", 1000*defaultDivide), nil, new(counts))
	w.counts.add(countChans, 250)
	require.Equal(t, "10s gone, 250 of 1.0k Gs blocked, about 30s left\n", shows(w, 10*time.Second))
	w.counts.add(countChans, 750)
	require.Equal(t, "20s gone, 0 of 1.0k Gs ended\n", shows(w, 20*time.Second))
	w.counts.add(countGs, 500)
	require.Equal(t, "30s gone, 500 of 1.0k Gs ended, about 10s left\n", shows(w, 30*time.Second))
	w.counts.add(countGs, 250)
	require.Equal(t, "40s gone, 750 of 1.0k Gs ended, about 10s left\n", shows(w, 40*time.Second))
	require.Equal(t, "50s gone, 750 of 1.0k Gs ended\n", shows(w, 50*time.Second),
		"without progress there is no estimate")
}

func TestNumbersInThreeDigits(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1.0k", 12_345: "12.3k", 999_499: "999k",
		999_500: "1.0M", 123_456_789: "123M", 5e9: "5.0G", 7e12: "7.0T",
	} {
		require.Equal(t, want, si(n))
	}
}

func TestLinesAreNotTooLong(t *testing.T) {
	var c counts
	for what := range numCounts {
		c.add(what, 123_456_789)
	}
	for line := range strings.Lines(lines(&c)) {
		require.LessOrEqual(t, len(line), lineWidth+1)
	}
	require.Equal(t, len(countNames), strings.Count(lines(&c), "123M"))
}
