package conform

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
)

// wire is a pipe whose ends Gs can wait for.
type wire struct {
	ends     pipe
	in, out  int // descriptors of the two ends
	rpd, wpd *rt.PollDesc
}

// wires makes n wires. A G must open each before Gs can wait for it.
func (t *trial) wires(n int) []wire {
	list := make([]wire, n)
	for i := range list {
		list[i] = t.newWire()
	}
	return list
}

// open makes it possible to wait for both ends.
func (w *wire) open(g *rt.G) {
	var err error
	if w.rpd, err = g.Parker().OpenPoll(w.in); err == nil {
		w.wpd, err = g.Parker().OpenPoll(w.out)
	}
	must(err)
}

func (w *wire) close(g *rt.G) {
	must(errors.Join(w.rpd.Close(g), w.wpd.Close(g)))
}

// read waits for the next byte and returns it.
func (w *wire) read(g *rt.G) (byte, error) {
	buf := []byte{0}
	for {
		if _, err := host.Read(w.in, buf); !errors.Is(err, host.ErrWouldBlock) {
			return buf[0], err
		}
		if err := w.rpd.Wait(g, rt.PollRead); err != nil {
			return 0, err
		}
	}
}

// write writes all of p, and waits while there is no room.
func (w *wire) write(g *rt.G, p ...byte) error {
	for len(p) > 0 {
		n, err := host.Write(w.out, p)
		if errors.Is(err, host.ErrWouldBlock) {
			err = w.wpd.Wait(g, rt.PollWrite)
		}
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// must panics if err is not nil. It is for calls in Gs that must not fail; Run then does.
func must(err error) {
	if err != nil {
		explode(err)
	}
}

// pollParksGs: Gs that wait for descriptors occupy no Ms, so that a G that is made last runs and
// writes to all of them. (I11)
func pollParksGs(t *trial) {
	wires := t.wires(200) // they have two descriptors each, and some systems grant only 1024
	got := make(tally, len(wires))
	stats := t.run(func(g *rt.G) {
		for i := range wires {
			w := &wires[i]
			w.open(g)
			g.Go(func(g *rt.G) {
				if b, err := w.read(g); err == nil && b == byte(i) {
					got[i].Add(1)
				}
				w.close(g)
			})
		}
		g.Go(func(g *rt.G) {
			for i := range wires {
				must(wires[i].write(g, byte(i)))
			}
		})
	})
	got.requireAll(t, 1, "a G that waits for a descriptor must get the byte that was written to it")
	require.Less(t, stats.Ms, uint64(len(wires)/3), "Ms made, while %d Gs waited", len(wires))
}

// pollRing: a byte goes round through pipes, and each G that waits for it is readied and counted.
// (I11)
func pollRing(t *trial) {
	laps := t.many(200)
	wires := t.wires(2*t.procs + 1)
	var passed atomic.Int32
	stats := t.run(func(g *rt.G) {
		for i := range wires {
			wires[i].open(g)
		}
		for i := range wires {
			next := &wires[(i+1)%len(wires)]
			g.Go(func(g *rt.G) {
				for lap := range laps {
					b, err := wires[i].read(g)
					must(err)
					if b == byte(lap) {
						passed.Add(1)
					}
					if i == len(wires)-1 {
						b++
					}
					must(next.write(g, b))
				}
			})
		}
		must(wires[0].write(g, 0))
	})
	requireCount(t, laps*len(wires), passed.Load(),
		"times that the byte came through a pipe")
	require.Positive(t, stats.Polled, "Stats.Polled: Gs that the network has readied")
	require.LessOrEqual(t, stats.Polled, stats.Readied, "Stats.Polled is a part of Stats.Readied")
}

// pollStream: a stream that is longer than a pipe can hold comes through in order, while the
// reader and the writer wait for each other. (I11)
func pollStream(t *trial) {
	const chunk = 1 << 16
	chunks := t.many(50)
	wires := t.wires(1)
	w := &wires[0]
	good := 0
	t.run(func(g *rt.G) {
		w.open(g)
		g.Go(func(g *rt.G) {
			data := make([]byte, chunk)
			for i := range data {
				data[i] = byte(i)
			}
			for range chunks {
				must(w.write(g, data...))
			}
		})
		buf := make([]byte, 5000)
		for good < chunk*chunks {
			n, err := host.Read(w.in, buf)
			if errors.Is(err, host.ErrWouldBlock) {
				must(w.rpd.Wait(g, rt.PollRead))
				continue
			}
			must(err)
			for _, b := range buf[:n] {
				if b != byte(good) {
					return
				}
				good++
			}
		}
	})
	require.Equal(t, chunk*chunks, good, "bytes before the first wrong one")
}

// pollDeadline: a wait ends when the deadline comes, and not before. A deadline that has passed
// ends every wait at once. One that was replaced or taken back does not end a wait.
func pollDeadline(t *trial) {
	wires := t.wires(1)
	w := &wires[0]
	const lastByte = byte(9)
	var passed, none []error // after the deadline; with no deadline
	early := false
	b := byte(0)
	t.run(func(g *rt.G) {
		w.open(g)
		deadline := func(g *rt.G, when int64) { must(w.rpd.SetDeadline(g, rt.PollRead, when)) }
		wait := func() {
			_, err := w.read(g)
			passed = append(passed, err)
		}
		when := host.Nanotime() + soon
		deadline(g, when)
		wait()
		early = host.Nanotime() < when
		wait() // ends at once
		passed = append(passed, w.rpd.Err(g, rt.PollRead))

		deadline(g, host.Nanotime()+never)
		g.Go(func(g *rt.G) { deadline(g, 1) }) // has passed long ago; the other G waits
		wait()

		deadline(g, host.Nanotime()+soon)
		deadline(g, rt.NoDeadline)
		g.Go(func(g *rt.G) {
			g.Sleep(4 * soon)
			must(w.write(g, lastByte))
		})
		b, _ = w.read(g)
		none = append(none, w.rpd.Err(g, rt.PollRead), w.wpd.Err(g, rt.PollWrite))
		w.close(g)
	})
	require.False(t, early, "the wait ended before the deadline")
	require.Equal(t, lastByte, b, "the byte that came after the deadline was taken back")
	for _, err := range passed {
		require.ErrorIs(t, err, os.ErrDeadlineExceeded, "after the deadline has passed")
	}
	require.Equal(t, []error{nil, nil}, none, "Err of both ends after the deadline was taken back")
}

// deadlineTakenBack: when SetDeadline returns, the new deadline counts and the old one does not,
// even if the old one comes at the same moment.
func deadlineTakenBack(t *trial) {
	const deadline, within = 20_000, 100_000 // ns: it is taken back within so much of its coming
	rounds := t.many(2500)
	wires := t.wires(1)
	w := &wires[0]
	late := 0
	t.run(func(g *rt.G) {
		r := rand.New(rand.NewPCG(1, 2))
		w.open(g)
		for range rounds {
			when := host.Nanotime() + deadline
			must(w.rpd.SetDeadline(g, rt.PollRead, when))
			for until := when + r.Int64N(within); host.Nanotime() < until; {
				host.Pause(1)
			}
			must(w.rpd.SetDeadline(g, rt.PollRead, rt.NoDeadline))
			host.Pause(100)
			if w.rpd.Err(g, rt.PollRead) != nil {
				late++
			}
		}
		w.close(g)
	})
	require.Zero(t, late, "deadlines, of %d, that came after they were taken back", rounds)
}

// pollClosed: a wait ends when the descriptor is closed. Afterwards every use returns
// ErrPollClosed, until the descriptor is opened again. (I11)
func pollClosed(t *trial) {
	wires := t.wires(20)
	var woken atomic.Int32
	var errs []error
	t.run(func(g *rt.G) {
		for i := range wires {
			w := &wires[i]
			w.open(g)
			g.Go(func(g *rt.G) {
				if _, err := w.read(g); errors.Is(err, rt.ErrPollClosed) {
					woken.Add(1)
				}
			})
			if i%2 == 0 {
				g.Yield()
			}
		}
		for i := range wires {
			wires[i].close(g)
		}
		w := &wires[0]
		errs = []error{
			w.rpd.Close(g), w.rpd.Wait(g, rt.PollRead), w.rpd.Err(g, rt.PollWrite),
			w.rpd.SetDeadline(g, rt.PollRead, 1),
		}
		yieldUntil(g, func() bool { return int(woken.Load()) == len(wires) })
		w.open(g) // again
		must(w.write(g, 1))
		_, err := w.read(g)
		must(err)
		w.close(g)
	})
	requireCount(t, len(wires), woken.Load(),
		"waits that Close has ended with ErrPollClosed")
	for _, err := range errs {
		require.ErrorIs(t, err, rt.ErrPollClosed, "a use after Close")
	}
}

// pollIsNoDeadlock: while a G waits for a descriptor there is no deadlock, since something outside
// may write to it. When none waits for one any more, there is. (I10)
func pollIsNoDeadlock(t *trial) {
	wires := t.wires(2)
	var waits atomic.Bool
	outside(func() {
		await(waits.Load)
		wires[0].ends.write(1)
	})
	requireDeadlock(t, t.scheduler().Run(func(g *rt.G) {
		var door baton
		g.Go(door.take)
		g.Go(func(g *rt.G) { g.Yield(); waits.Store(true) })
		wires[0].open(g)
		wires[1].open(g) // no G waits for it
		_, err := wires[0].read(g)
		must(err)
		waits.Store(false)
	}), 1)
	require.False(t, waits.Load(), "a deadlock was reported while a G waited for a descriptor")
}

// pollBesideTimers: a thread that waits for the network wakes for timers, and one that waits for
// timers wakes for the network. (I11)
func pollBesideTimers(t *trial) {
	wires := t.wires(1)
	w := &wires[0]
	rounds := t.many(50)
	read := 0
	t.run(func(g *rt.G) {
		w.open(g)
		late := after(g, never, nothing)
		g.Go(func(g *rt.G) {
			for range rounds {
				g.Sleep(soon / 4)
				must(w.write(g, 1))
			}
		})
		for range rounds {
			_, err := w.read(g)
			must(err)
			read++
		}
		late.Stop(g)
	})
	require.Equal(t, rounds, read, "bytes that were read")
}

// pollBesideCrowd: Gs that wait for descriptors go on beside Gs that never rest. (I11)
func pollBesideCrowd(t *trial) {
	wires := t.wires(2)
	bounces := t.many(20)
	var c crowd
	passed := 0
	t.run(func(g *rt.G) {
		c.join(g, t.procs)
		ping, pong := &wires[0], &wires[1]
		ping.open(g)
		pong.open(g)
		g.Go(func(g *rt.G) {
			for range bounces {
				b, err := ping.read(g)
				must(err)
				must(pong.write(g, b))
			}
		})
		for i := range bounces {
			must(ping.write(g, byte(i)))
			if b, err := pong.read(g); err == nil && b == byte(i) {
				passed++
			}
		}
		c.end(g)
	})
	require.Equal(t, bounces, passed, "bytes that came back")
}

// pollBesideStops: a G whose bytes come while the world stands still is resumed afterwards, and
// not before. (I8, I11)
func pollBesideStops(t *trial) {
	wires := t.wires(8)
	rounds := t.many(100)
	var got atomic.Int32
	early := int32(0)
	t.run(func(g *rt.G) {
		for i := range wires {
			w := &wires[i]
			w.open(g)
			g.Go(func(g *rt.G) {
				for range rounds {
					_, err := w.read(g)
					must(err)
					got.Add(1)
				}
			})
		}
		for r := range rounds {
			g.StopTheWorld()
			for i := range wires {
				_, err := host.Write(wires[i].out, []byte{1})
				must(err)
			}
			host.Pause(200)
			early += got.Load() - int32(r*len(wires))
			g.StartTheWorld()
			yieldUntil(g, func() bool { return int(got.Load()) == (r+1)*len(wires) })
		}
	})
	require.Zero(t, early, "times that a G was seen which had run in the stopped world")
}

// pollRaces: a G whose descriptor is written to, gets deadlines and is closed at the same moment
// comes back from its wait. (I11)
func pollRaces(t *trial) {
	rounds := t.many(30)
	wires := t.wires(6)
	back := 0
	t.run(func(g *rt.G) {
		r := rand.New(rand.NewPCG(1, 2))
		for range rounds {
			var done atomic.Int32
			for i := range wires {
				wires[i].race(g, r, &done)
			}
			yieldUntil(g, func() bool { return int(done.Load()) == racers*len(wires) })
			back++
			for i := range wires {
				wires[i].drain()
			}
		}
	})
	require.Equal(t, rounds, back, "rounds from which all Gs came back")
}

// drain reads all that is in w.
func (w *wire) drain() {
	buf := make([]byte, racers)
	for {
		if _, err := host.Read(w.in, buf); err != nil {
			return
		}
	}
}

// racers is how many Gs race starts.
const racers = 5

// race starts Gs that use w at the same time, in any order, and count themselves in done.
func (w *wire) race(g *rt.G, r *rand.Rand, done *atomic.Int32) {
	w.open(g)
	acts := [racers]func(*rt.G){
		func(g *rt.G) {
			for err := error(nil); err == nil; _, err = w.read(g) {
			}
		},
		func(g *rt.G) { _, _ = host.Write(w.out, []byte{1}) },
		func(g *rt.G) { _ = w.rpd.SetDeadline(g, rt.PollRead, host.Nanotime()+soon/10) },
		func(g *rt.G) { _ = w.rpd.SetDeadline(g, rt.PollRead, 1) },
		func(g *rt.G) { w.close(g) },
	}
	r.Shuffle(len(acts), func(i, j int) { acts[i], acts[j] = acts[j], acts[i] })
	for _, act := range acts {
		g.Go(func(g *rt.G) {
			act(g)
			done.Add(1)
		})
	}
}

// pollMisused: OpenPoll refuses what is no descriptor, cannot be waited for or is open already, and
// names it. A second G that waits for the same end panics.
func pollMisused(t *trial) {
	w := &t.wires(1)[0]
	file, err := os.Create(filepath.Join(t.TempDir(), "regular"))
	require.NoError(t, err)
	defer file.Close()
	regular := int(file.Fd())
	var errs []error
	t.run(func(g *rt.G) {
		for _, fd := range []int{-1, 1 << 20, regular} {
			_, err := g.Parker().OpenPoll(fd)
			errs = append(errs, err)
		}
		w.open(g)
		_, err := g.Parker().OpenPoll(w.in)
		errs = append(errs, err)
		w.close(g)
	})
	for _, err := range errs {
		require.ErrorContains(t, err, "OpenPoll: descriptor", "OpenPoll must refuse this")
	}
	requirePanic(t, t.scheduler(), "only one may", func(g *rt.G) {
		w.open(g)
		var first atomic.Bool
		g.Go(func(g *rt.G) {
			first.Store(true)
			_, _ = w.read(g)
		})
		yieldUntil(g, first.Load)
		for {
			g.Yield() // since the other may not wait yet
			_ = w.rpd.SetDeadline(g, rt.PollRead, rt.NoDeadline)
			_, _ = w.read(g)
		}
	})
}

// pollForeign: every use of a descriptor that another scheduler has opened panics.
func pollForeign(t *trial) {
	for name, use := range map[string]func(w *wire, g *rt.G){
		"Wait":        func(w *wire, g *rt.G) { _ = w.rpd.Wait(g, rt.PollRead) },
		"Err":         func(w *wire, g *rt.G) { _ = w.rpd.Err(g, rt.PollRead) },
		"SetDeadline": func(w *wire, g *rt.G) { _ = w.rpd.SetDeadline(g, rt.PollRead, 1) },
		"Close":       func(w *wire, g *rt.G) { _ = w.rpd.Close(g) },
	} {
		w := &t.wires(1)[0]
		home, abroad := t.scheduler(), t.scheduler()
		require.NoError(t, home.Run(w.open))
		t.Log("PollDesc."+name, "with a G of another scheduler")
		requirePanic(t, abroad, "different schedulers", func(g *rt.G) { use(w, g) })
		require.NoError(t, home.Run(w.close))
	}
}

// pollAbandoned: a scheduler that a panic ends does not wait for Gs that wait for descriptors, with
// a deadline or without one.
func pollAbandoned(t *trial) {
	wires := t.wires(10)
	var deferred, waits atomic.Int32
	s := t.scheduler()
	require.ErrorIs(t, s.Run(func(g *rt.G) {
		for i := range wires {
			w := &wires[i]
			w.open(g)
			g.Go(func(g *rt.G) {
				defer deferred.Add(1)
				if i%2 == 0 {
					must(w.rpd.SetDeadline(g, rt.PollRead, host.Nanotime()+never))
				}
				waits.Add(1)
				_, err := w.read(g)
				must(err)
			})
		}
		yieldUntil(g, func() bool { return int(waits.Load()) == len(wires) })
		explode(errBang)
	}), errBang, "Run must return the panic of the G")
	require.NoError(t, s.Close())
	requireCount(t, len(wires), deferred.Load(), "Gs whose deferred calls Close ran")
}
