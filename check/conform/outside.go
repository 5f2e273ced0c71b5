//go:build !sim

package conform

import (
	"os"
	"runtime"
	"sync"

	"github.com/stretchr/testify/require"
)

// What is outside of the scheduler that is checked: here goroutines and pipes.

// outsiders are threads outside the scheduler, which a test waits for.
type outsiders = sync.WaitGroup

// outside runs f on a thread outside the scheduler.
func outside(f func()) { go f() }

// giveWay lets other threads go first, in a loop that waits for them.
func giveWay() { runtime.Gosched() }

// play runs check.
func (t *trial) play(check func(*trial)) {
	t.T.Cleanup(t.cleanUp)
	check(t)
}

// pipe is a pipe that a G can block on in the kernel.
type pipe struct{ r, w *os.File }

// pipes makes n pipes.
func (t *trial) pipes(n int) []pipe {
	list := make([]pipe, n)
	for i := range list {
		list[i] = t.newPipe()
		// Fd takes the file away from Go's poller: a read now blocks in the kernel.
		list[i].r.Fd()
	}
	return list
}

// newPipe makes a pipe that is closed when the test ends. Reads wait in Go's poller.
func (t *trial) newPipe() pipe {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	return pipe{r, w}
}

// read blocks until a byte is written, and says whether that is b.
func (p pipe) read(b byte) bool {
	buf := []byte{0}
	n, err := p.r.Read(buf)
	return n == 1 && err == nil && buf[0] == b
}

// write writes b. If it fails, the reader waits for ever, and the test hangs.
func (p pipe) write(b byte) { _, _ = p.w.Write([]byte{b}) }

// newWire makes a wire.
func (t *trial) newWire() wire {
	p := t.newPipe()
	return wire{ends: p, in: t.descriptor(p.r), out: t.descriptor(p.w)}
}

// descriptor returns the descriptor of f, which stays non-blocking, unlike with Fd.
func (t *trial) descriptor(f *os.File) (fd int) {
	conn, err := f.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, conn.Control(func(n uintptr) { fd = int(n) }))
	return fd
}
