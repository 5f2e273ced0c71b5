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
	in, out  int // descriptors
	files    [2]*os.File
	rpd, wpd *rt.PollDesc
}

// wires makes n wires, which the first G that uses them opens.
func (t *trial) wires(n int) []wire {
	t.Helper()
	if !rt.PollSupported {
		t.Skip("Gs cannot wait for descriptors on this system")
	}
	list := make([]wire, n)
	for i := range list {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		t.Cleanup(func() { r.Close(); w.Close() })
		list[i] = wire{in: t.descriptor(r), out: t.descriptor(w), files: [2]*os.File{r, w}}
	}
	return list
}

// descriptor leaves f non-blocking, unlike Fd.
func (t *trial) descriptor(f *os.File) (fd int) {
	conn, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, conn.Control(func(n uintptr) { fd = int(n) }))
	return fd
}

// open lets Gs wait for both ends.
func (w *wire) open(g *rt.G) {
	var err error
	if w.rpd, err = g.Parker().OpenPoll(w.in); err == nil {
		w.wpd, err = g.Parker().OpenPoll(w.out)
	}
	if err != nil {
		explode(err)
	}
}

func (w *wire) close(g *rt.G) {
	if err := errors.Join(w.rpd.Close(g), w.wpd.Close(g)); err != nil {
		explode(err)
	}
}

// read returns the next byte.
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

// write writes all of p.
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

// must is for what cannot fail in a G that expects it not to.
func must(err error) {
	if err != nil {
		explode(err)
	}
}

// pollParksGs: many Gs wait for descriptors on the few Ms that there are, until
// one that was made last writes to them.
func pollParksGs(t *trial) {
	wires := t.wires(200) // two descriptors each: some systems grant 1024
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
	got.requireAll(t, 1)
	require.Less(t, stats.Ms, uint64(len(wires)/3), "Ms for %d waiting Gs", len(wires))
}

// pollRing: a byte goes round through pipes; every readiness counts.
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
	require.EqualValues(t, laps*len(wires), passed.Load())
	require.Positive(t, stats.Polled)
	require.LessOrEqual(t, stats.Polled, stats.Readied)
}

// pollStream: more than a pipe holds, so that both sides wait in turn.
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
	require.Equal(t, chunk*chunks, good)
}

// pollDeadline: a wait ends with it, not before; one that is taken back or put off
// does not count; one that has passed lets nobody wait.
func pollDeadline(t *trial) {
	wires := t.wires(1)
	w := &wires[0]
	var errs []error
	early := false
	b := byte(0)
	t.run(func(g *rt.G) {
		w.open(g)
		deadline := func(g *rt.G, when int64) { must(w.rpd.SetDeadline(g, rt.PollRead, when)) }
		wait := func() {
			_, err := w.read(g)
			errs = append(errs, err)
		}
		when := host.Nanotime() + soon
		deadline(g, when)
		wait()
		early = host.Nanotime() < when
		wait() // still passed
		errs = append(errs, w.rpd.Err(g, rt.PollRead))

		deadline(g, host.Nanotime()+never)
		g.Go(func(g *rt.G) { deadline(g, 1) }) // long ago, while the other waits
		wait()

		deadline(g, host.Nanotime()+soon)
		deadline(g, 0)
		g.Go(func(g *rt.G) {
			g.Sleep(4 * soon)
			must(w.write(g, 9))
		})
		b, _ = w.read(g)
		errs = append(errs, w.rpd.Err(g, rt.PollRead), w.wpd.Err(g, rt.PollWrite))
		w.close(g)
	})
	require.False(t, early, "the wait ended before the deadline")
	require.Equal(t, byte(9), b)
	for _, err := range errs[:4] {
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	}
	require.Equal(t, []error{nil, nil}, errs[4:])
}

// deadlineTakenBack: at the very moment when it comes. What counts is who was
// first: after SetDeadline it is the new deadline, for good.
func deadlineTakenBack(t *trial) {
	rounds := t.many(2500)
	wires := t.wires(1)
	w := &wires[0]
	late := 0
	t.run(func(g *rt.G) {
		r := rand.New(rand.NewPCG(1, 2))
		w.open(g)
		for range rounds {
			when := host.Nanotime() + 20_000
			must(w.rpd.SetDeadline(g, rt.PollRead, when))
			for until := when + r.Int64N(100_000); host.Nanotime() < until; {
				host.Pause(1)
			}
			must(w.rpd.SetDeadline(g, rt.PollRead, 0))
			host.Pause(100)
			if w.rpd.Err(g, rt.PollRead) != nil {
				late++
			}
		}
		w.close(g)
	})
	require.Zero(t, late, "deadlines that came after they were taken back")
}

// pollClosed: a wait ends when the descriptor is closed, and nobody can use it
// afterwards.
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
		w.open(g) // anew
		must(w.write(g, 1))
		_, err := w.read(g)
		must(err)
		w.close(g)
	})
	require.EqualValues(t, len(wires), woken.Load())
	for _, err := range errs {
		require.ErrorIs(t, err, rt.ErrPollClosed)
	}
}

// pollIsNoDeadlock: Gs that wait for somebody outside the scheduler to write; but
// once nobody waits for a descriptor any more it is.
func pollIsNoDeadlock(t *trial) {
	wires := t.wires(2)
	var waits atomic.Bool
	go func() {
		await(waits.Load)
		_, _ = wires[0].files[1].Write([]byte{1})
	}()
	s := t.scheduler()
	var deadlock *rt.DeadlockError
	require.ErrorAs(t, s.Run(func(g *rt.G) {
		var door baton
		g.Go(door.take)
		g.Go(func(g *rt.G) { g.Yield(); waits.Store(true) })
		wires[0].open(g)
		wires[1].open(g) // and nobody waits for it
		_, err := wires[0].read(g)
		must(err)
		waits.Store(false)
	}), &deadlock)
	require.Equal(t, 1, deadlock.Blocked)
	require.False(t, waits.Load(), "the report came before the byte")
}

// pollBesideTimers: who waits for the network hears of timers, and the other way
// round.
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
	require.Equal(t, rounds, read)
}

// pollBesideCrowd: Gs that wait for descriptors get on beside Gs that never rest.
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
	require.Equal(t, bounces, passed)
}

// pollBesideStops: what the network brings while the world stands still comes
// afterwards, and is not lost.
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
	require.Zero(t, early, "Gs that ran in the stopped world")
}

// pollRaces: readers whose descriptors are written to, get deadlines and are
// closed at the same moment all come back.
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
			yieldUntil(g, func() bool { return int(done.Load()) == 5*len(wires) })
			back++
			for i := range wires {
				for err := error(nil); err == nil; _, err = host.Read(wires[i].in, make([]byte, 9)) {
				}
			}
		}
	})
	require.Equal(t, rounds, back)
}

// race starts five Gs that meet at w, and count in done.
func (w *wire) race(g *rt.G, r *rand.Rand, done *atomic.Int32) {
	w.open(g)
	acts := []func(*rt.G){
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

// pollMisused says what was wrong.
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
		require.ErrorContains(t, err, "OpenPoll: descriptor")
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
			g.Yield() // the other may not wait yet
			_ = w.rpd.SetDeadline(g, rt.PollRead, 0)
			_, _ = w.read(g)
		}
	})
}

// pollForeign: a descriptor of another scheduler.
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
		t.Log(name)
		requirePanic(t, abroad, "different schedulers", func(g *rt.G) { use(w, g) })
		require.NoError(t, home.Run(w.close))
	}
}

// pollAbandoned: a scheduler ends though Gs wait for descriptors, with and without
// a deadline.
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
	}), errBang)
	require.NoError(t, s.Close())
	require.EqualValues(t, len(wires), deferred.Load())
}
