//go:build sim

package conform

import (
	"github.com/stretchr/testify/require"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/sim"
)

// What is outside of the scheduler that is checked: here threads of the simulated machine. A
// property is checked by its first thread, so nothing of the property waits for real time.

// outsiders are threads outside the scheduler, which a test waits for.
type outsiders struct{ left host.Int32 }

// Go runs f on a thread outside the scheduler.
func (o *outsiders) Go(f func()) {
	o.left.Add(1)
	host.Go(func() {
		defer o.left.Add(-1)
		f()
	})
}

// Wait waits until all threads have ended.
func (o *outsiders) Wait() { await(func() bool { return o.left.Load() == 0 }) }

// outside runs f on a thread outside the scheduler.
func outside(f func()) { host.Go(f) }

// giveWay lets other threads go first, in a loop that waits for them. What such a loop does
// besides, such as to format a Dump, takes no virtual time, so the threads get it here.
func giveWay() { host.Sleep(100_000) }

// The machine has as many CPUs as the largest of the schedulers has Procs, whose other threads
// take turns with its Ms.
const (
	machine = "server64"
	cpus    = 4
)

// newWire is not called, since there is no poller.
func (t *trial) newWire() wire { panic("conform: a simulated machine has no poller") }

// play runs check on a simulated machine, and all that it has registered with Cleanup. Designs
// that cannot run there are skipped.
func (t *trial) play(check func(*trial)) {
	if why, lacks := t.lacks[rt.Simulates]; lacks {
		t.Skipf("not promised (%s): %s", rt.Simulates, why)
	}
	cfg, err := sim.Named(machine)
	require.NoError(t, err)
	_, err = sim.Run(cfg.With(cpus), func() {
		check(t)
		t.cleanUp()
	})
	require.NoError(t, err)
}

// pipe is a pipe that a G can block on in the simulated kernel. It holds a byte.
type pipe struct{ s *simPipe }

type simPipe struct {
	b       byte
	written host.Note
}

// pipes makes n pipes.
func (t *trial) pipes(n int) []pipe {
	list := make([]pipe, n)
	for i := range list {
		list[i].s = &simPipe{}
	}
	return list
}

// read blocks until a byte is written, and says whether that is b.
func (p pipe) read(b byte) bool {
	p.s.written.Sleep()
	got := p.s.b
	p.s.written.Clear()
	return got == b
}

// write writes b.
func (p pipe) write(b byte) {
	p.s.b = b
	p.s.written.Wakeup()
}
