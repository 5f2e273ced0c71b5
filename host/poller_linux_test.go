//go:build !portable && !model && !sim

package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func openPoller(t *testing.T) *Poller {
	t.Helper()
	var p Poller
	require.NoError(t, p.Open())
	t.Cleanup(p.Close)
	return &p
}

// now returns all events there are, merged by tag.
func (p *Poller) now() map[uint64]PollEvent {
	all := map[uint64]PollEvent{}
	var buf [3]PollEvent // fewer than there may be
	for {
		n := p.Wait(0, buf[:])
		if n == 0 {
			return all
		}
		for _, e := range buf[:n] {
			old := all[e.Tag]
			all[e.Tag] = PollEvent{e.Tag, old.Readable || e.Readable, old.Writable || e.Writable}
		}
	}
}

// awaitEvent collects events until one of them is what tag waits for.
func awaitEvent(t *testing.T, p *Poller, what string, tag uint64, ok func(PollEvent) bool) {
	t.Helper()
	await(t, what, func() bool { return ok(p.now()[tag]) })
}

func readable(e PollEvent) bool { return e.Readable }
func writable(e PollEvent) bool { return e.Writable }

// broken says whether a Break is pending.
func (p *Poller) broken() bool {
	var raw [1]syscall.EpollEvent
	return p.breaking.Load() || p.epollWait(0, raw[:]) != 0
}

// pairs are connected descriptors: what is written to w can be read from r.
var pairs = []struct {
	name string
	open func(t *testing.T) (r, w int)
	both bool // r can also be written, and w be read
}{
	{"pipe", func(t *testing.T) (r, w int) {
		var fds [2]int
		require.NoError(t, syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC))
		return fds[0], fds[1]
	}, false},
	{"socketpair", func(t *testing.T) (r, w int) {
		const kind = syscall.SOCK_STREAM | syscall.SOCK_NONBLOCK | syscall.SOCK_CLOEXEC
		fds, err := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
		require.NoError(t, err)
		return fds[0], fds[1]
	}, true},
	{"tcp", tcpPair, true},
}

// ends are a pair in a Poller: r has tag 1, w has tag 2. A closed one is -1.
type ends struct {
	p    *Poller
	r, w int
	both bool
}

func eachPair(t *testing.T, f func(t *testing.T, e *ends)) {
	for _, c := range pairs {
		t.Run(c.name, func(t *testing.T) {
			e := &ends{p: openPoller(t), both: c.both}
			e.r, e.w = c.open(t)
			defer func() { syscall.Close(e.r); syscall.Close(e.w) }()
			require.NoError(t, e.p.Add(e.r, 1))
			require.NoError(t, e.p.Add(e.w, 2))
			f(t, e)
		})
	}
}

func shut(t *testing.T, fd *int) {
	t.Helper()
	require.NoError(t, syscall.Close(*fd))
	*fd = -1
}

func put(t *testing.T, fd int, s string) {
	t.Helper()
	n, err := syscall.Write(fd, []byte(s))
	require.NoError(t, err)
	require.Equal(t, len(s), n)
}

// fill writes until there is no room.
func fill(t *testing.T, fd int) {
	t.Helper()
	var chunk [4096]byte
	var err error
	for err == nil {
		_, err = syscall.Write(fd, chunk[:])
	}
	require.Equal(t, syscall.EAGAIN, err)
}

// drain reads until there is nothing left.
func drain(t *testing.T, fd int) {
	t.Helper()
	var chunk [65536]byte
	n, err := 1, error(nil)
	for err == nil && n > 0 {
		n, err = syscall.Read(fd, chunk[:])
	}
	require.Equal(t, syscall.EAGAIN, err)
}

func TestPollerReportsWhatIsReadyWhenItIsAdded(t *testing.T) {
	eachPair(t, func(t *testing.T, e *ends) {
		want := map[uint64]PollEvent{2: {2, false, true}}
		if e.both {
			want[1] = PollEvent{1, false, true}
		}
		require.Equal(t, want, e.p.now())
	})
}

func TestPollerReportsEachArrivalOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, e *ends) {
		e.p.now()
		require.Empty(t, e.p.now(), "an edge is reported once")
		for range 3 {
			put(t, e.w, "abcd")
			awaitEvent(t, e.p, "the bytes", 1, readable)
			require.Empty(t, e.p.now(), "the bytes are still there, but that is no edge")
			var one [1]byte
			_, err := syscall.Read(e.r, one[:])
			require.NoError(t, err)
			require.NotContains(t, e.p.now(), uint64(1), "some bytes were read; none came")
		}
		drain(t, e.r)
		put(t, e.w, "e")
		awaitEvent(t, e.p, "the first byte after the last", 1, readable)
	})
}

func TestPollerReportsRoom(t *testing.T) {
	eachPair(t, func(t *testing.T, e *ends) {
		// A tcp acknowledgement that is still under way makes room later.
		await(t, "no more room", func() bool {
			fill(t, e.w)
			e.p.now()
			return !e.p.now()[2].Writable
		})
		await(t, "room", func() bool {
			drain(t, e.r)
			return e.p.now()[2].Writable
		})
		put(t, e.w, "x")
	})
}

func TestPollerReportsAHangUpAsBoth(t *testing.T) {
	eachPair(t, func(t *testing.T, e *ends) {
		e.p.now()
		shut(t, &e.w)
		awaitEvent(t, e.p, "the end", 1, readable)
		n, err := syscall.Read(e.r, make([]byte, 1))
		require.NoError(t, err)
		require.Zero(t, n)
	})
	t.Run("writer of a pipe", func(t *testing.T) { // the event is EPOLLERR alone
		p := openPoller(t)
		r, w := pairs[0].open(t)
		defer syscall.Close(w)
		fill(t, w)
		require.NoError(t, p.Add(w, 2))
		require.Empty(t, p.now())
		require.NoError(t, syscall.Close(r))
		require.Equal(t, map[uint64]PollEvent{2: {2, true, true}}, p.now())
	})
	t.Run("reader of a pipe", func(t *testing.T) { // EPOLLHUP alone
		p := openPoller(t)
		r, w := pairs[0].open(t)
		defer syscall.Close(r)
		require.NoError(t, p.Add(r, 1))
		require.NoError(t, syscall.Close(w))
		require.Equal(t, map[uint64]PollEvent{1: {1, true, true}}, p.now())
	})
	t.Run("half of a connection", func(t *testing.T) { // EPOLLRDHUP: only reading will tell
		p := openPoller(t)
		r, w := pairs[1].open(t)
		defer syscall.Close(r)
		defer syscall.Close(w)
		fill(t, r)
		require.NoError(t, p.Add(r, 1))
		require.Empty(t, p.now())
		require.NoError(t, syscall.Shutdown(w, syscall.SHUT_WR))
		require.Equal(t, map[uint64]PollEvent{1: {1, true, false}}, p.now())
	})
}

func TestPollerKeepsWholeTags(t *testing.T) {
	p := openPoller(t)
	for _, tag := range []uint64{
		0, 1, 1 << 31, 1 << 32, 1<<63 | 1<<31 | 5, BreakTag - 1, 0x0123_4567_89ab_cdef,
	} {
		r, w := pairs[1].open(t)
		require.NoError(t, p.Add(r, tag))
		require.Equal(t, map[uint64]PollEvent{tag: {tag, false, true}}, p.now())
		require.NoError(t, p.Remove(r))
		require.NoError(t, errors.Join(syscall.Close(r), syscall.Close(w)))
	}
}

func TestPollerForgetsWhatIsRemovedOrClosed(t *testing.T) {
	eachPair(t, func(t *testing.T, e *ends) {
		require.NoError(t, e.p.Remove(e.r))
		e.p.now()
		put(t, e.w, "x")
		require.NotContains(t, e.p.now(), uint64(1))
		require.ErrorIs(t, e.p.Remove(e.r), syscall.ENOENT)
		require.NoError(t, e.p.Add(e.r, 3))
		awaitEvent(t, e.p, "what came before it was added again", 3, readable)
		r := e.r
		shut(t, &e.r)
		e.p.now()
		require.ErrorIs(t, e.p.Remove(r), syscall.EBADF)
		require.ErrorIs(t, e.p.Add(r, 1), syscall.EBADF)
	})
}

func TestPollerRefuses(t *testing.T) {
	p := openPoller(t)
	r, w := pairs[0].open(t)
	defer syscall.Close(r)
	defer syscall.Close(w)
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, p.Add(r, 1))
	for _, c := range []struct {
		name  string
		err   error
		errno error
		says  string
	}{
		{"a regular file", p.Add(int(file.Fd()), 1), syscall.EPERM, "is a file or directory"},
		{"a descriptor twice", p.Add(r, 2), syscall.EEXIST, "was added before"},
		{"no descriptor", p.Add(-1, 1), syscall.EBADF, "descriptor -1"},
		{"the tag of breaks", p.Add(w, BreakTag), nil, "the tag is BreakTag"},
		{"to open twice", p.Open(), nil, "is open already"},
		{"when closed", new(Poller).Add(w, 1), errPollerClosed, "call Open first"},
		{"to remove when closed", new(Poller).Remove(w), errPollerClosed, "call Open first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorContains(t, c.err, c.says)
			if c.errno != nil {
				require.ErrorIs(t, c.err, c.errno)
			}
		})
	}
	require.PanicsWithValue(t,
		"host: Poller.Wait: the buffer for events is empty: it must hold at least one",
		func() { p.Wait(0, nil) })
}

func TestClosedPollerPanics(t *testing.T) {
	var p Poller
	calls := func() {
		require.PanicsWithValue(t, "host: Poller.Wait: the poller is not open",
			func() { p.Wait(0, make([]PollEvent, 1)) })
		require.PanicsWithValue(t, "host: Poller.Break: the poller is not open",
			func() { p.Break() })
	}
	calls()
	p.Close()
	require.NoError(t, p.Open())
	p.Break()
	p.Close()
	calls()
	require.NoError(t, p.Open())
	require.False(t, p.broken(), "a Break from before the Close")
	p.Close()
}

func TestPollerWaitReturnsInTime(t *testing.T) {
	for _, noPwait2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("noPwait2=%t", noPwait2), func(t *testing.T) {
			p := openPoller(t)
			p.noPwait2.Store(noPwait2)
			long := 0
			for range 9 { // a signal may end a wait early
				const ns = 1_500_000
				start := Nanotime()
				require.Zero(t, p.Wait(ns, make([]PollEvent, 4)))
				if Nanotime()-start >= ns {
					long++
				}
			}
			require.Greater(t, long, 4, "of 9 waits")
		})
	}
}

func TestMillisRoundsUp(t *testing.T) {
	for ns, want := range map[int64]int{
		-1: -1, -1 << 62: -1, 1: 1, 999_999: 1, 1_000_000: 1, 1_000_001: 2,
		1 << 62: 1<<31 - 1, 1<<63 - 1: 1<<31 - 1,
	} {
		require.Equal(t, want, millis(ns), ns)
	}
}

// The limits of a Wait that may block, also of a kernel without epoll_pwait2.
var waits = []struct {
	name     string
	ns       int64
	noPwait2 bool
}{
	{"no limit", -1, false}, {"limit", 1 << 62, false}, {"limit, no pwait2", 1 << 62, true},
}

func eachWait(t *testing.T, f func(t *testing.T, p *Poller, wait func() (n int))) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			p := openPoller(t)
			p.noPwait2.Store(w.noPwait2)
			f(t, p, func() int {
				var buf [4]PollEvent
				return p.Wait(w.ns, buf[:])
			})
		})
	}
}

func TestBreakEndsTheNextWait(t *testing.T) {
	eachWait(t, func(t *testing.T, p *Poller, wait func() int) {
		for range 3 {
			p.Break()
			require.Zero(t, wait())
			require.False(t, p.broken(), "one Break ended one Wait")
		}
	})
}

func TestBreakEndsABlockedWait(t *testing.T) {
	eachWait(t, func(t *testing.T, p *Poller, wait func() int) {
		const rounds = 200
		defer Reserve(2)()
		var waited Int32
		var stop, stopped Bool
		Go(func() {
			for !stop.Load() {
				if wait() != 0 {
					panic("the break is an event")
				}
				waited.Add(1)
			}
			stopped.Store(true)
		})
		for i := range rounds {
			spinFor(int64(i%8) * 5_000) // so that a Break comes before the wait, and during it
			before := waited.Load()
			p.Break()
			await(t, "the Wait ends", func() bool { return waited.Load() > before })
		}
		require.Less(t, waited.Load(), int32(rounds+rounds/2),
			"waits that ended; a signal may end some")
		stop.Store(true)
		p.Break()
		await(t, "the thread ends", stopped.Load)
	})
}

func TestBreaksMerge(t *testing.T) {
	p := openPoller(t)
	for range 1000 {
		p.Break()
	}
	var count uint64
	_, err := syscall.Read(p.eventfd, unsafe.Slice((*byte)(unsafe.Pointer(&count)), 8))
	require.NoError(t, err)
	require.EqualValues(t, 1, count, "system calls made")
}

func TestWaitThatDoesNotBlockLeavesTheBreak(t *testing.T) {
	eachWait(t, func(t *testing.T, p *Poller, wait func() int) {
		p.Break()
		for range 3 {
			require.Zero(t, p.Wait(0, make([]PollEvent, 4)))
		}
		require.Zero(t, wait())
		require.False(t, p.broken())
	})
}

func TestBreakDoesNotHideEvents(t *testing.T) {
	eachPair(t, func(t *testing.T, e *ends) {
		e.p.now()
		e.p.Break()
		put(t, e.w, "x")
		awaitEvent(t, e.p, "the byte", 1, readable)
		require.Zero(t, e.p.Wait(-1, make([]PollEvent, 4)))
	})
}

// What breakers write before they Break, a waiter finds after some Wait.
func TestNoBreakIsLost(t *testing.T) {
	for _, n := range []struct{ waiters, breakers int }{{1, 1}, {1, 3}, {3, 1}, {2, 2}} {
		t.Run(fmt.Sprintf("waiters=%d/breakers=%d", n.waiters, n.breakers), func(t *testing.T) {
			defer Reserve(n.waiters)()
			p := openPoller(t)
			const rounds = 300
			var wanted, seen, ended Int32
			for range n.waiters {
				Go(func() {
					for seen.Load() < rounds*int32(n.breakers) {
						p.Wait(-1, make([]PollEvent, 1))
						s := seen.Load()
						for s < wanted.Load() && !seen.CompareAndSwap(s, wanted.Load()) {
							s = seen.Load()
						}
					}
					ended.Add(1)
				})
			}
			threads(n.breakers, func(int) {
				for range rounds {
					mine := wanted.Add(1)
					p.Break()
					if !bounded(func() bool { return seen.Load() >= mine }) {
						panic("a Break was lost")
					}
				}
			})
			await(t, "the waiters end", func() bool {
				p.Break() // for the waiters that were not chosen
				return ended.Load() == int32(n.waiters)
			})
		})
	}
}

// The flag and the eventfd stay together, or some Break would be the last one that wakes a
// waiter.
func TestBreaksInAStormKeepWaking(t *testing.T) {
	defer Reserve(3)()
	p := openPoller(t)
	const waits = 20_000
	var waited Int32
	Go(func() {
		for waited.Load() < waits {
			p.Wait(-1, make([]PollEvent, 1))
			waited.Add(1)
		}
	})
	for done := false; !done; {
		before := waited.Load()
		for range 100 {
			p.Break()
		}
		await(t, "a Wait ends", func() bool {
			done = waited.Load() == waits
			return done || waited.Load() > before
		})
	}
}

// A Break that merges writes nothing to the eventfd, and still orders what was written before
// it. This test is for the race detector. Raw reads and writes of a pipe, which the detector
// does not see, tell the test when the breakers are done.
func TestMergedBreakPublishes(t *testing.T) {
	p := openPoller(t)
	var fds [2]int
	require.NoError(t, syscall.Pipe2(fds[:], syscall.O_CLOEXEC))
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	for range 100 {
		var x, y int
		var b byte
		at := uintptr(unsafe.Pointer(&b))
		Go(func() {
			x = 1
			p.Break()
			Go(func() {
				y = 1
				p.Break() // merges
				syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fds[1]), at, 1)
			})
		})
		syscall.Syscall(syscall.SYS_READ, uintptr(fds[0]), uintptr(unsafe.Pointer(&b)), 1)
		require.Zero(t, p.Wait(-1, make([]PollEvent, 1)))
		require.Equal(t, 2, x+y)
	}
}

func TestPollerOfManyDescriptorsReportsEachOnce(t *testing.T) {
	const n = 1000
	for _, waiters := range []int{1, 3} {
		t.Run(fmt.Sprintf("waiters=%d", waiters), func(t *testing.T) {
			p := openPoller(t)
			fds := eventfds(t, n)
			for i, fd := range fds {
				require.NoError(t, p.Add(fd, uint64(i)))
			}
			require.Len(t, p.now(), n, "each can be written")
			var got [n]Uint32
			var sum Int32
			for range waiters {
				Go(func() {
					for buf := make([]PollEvent, 7); sum.Load() < n; {
						for _, e := range buf[:p.Wait(-1, buf)] {
							got[e.Tag].Add(1)
							sum.Add(1)
						}
					}
					sum.Add(n)
				})
			}
			for _, fd := range fds {
				put(t, fd, "\x01\x00\x00\x00\x00\x00\x00\x00")
			}
			await(t, "all events and the waiters' ends", func() bool {
				if sum.Load() >= n {
					p.Break()
				}
				return sum.Load() >= int32(n*(1+waiters))
			})
			for i := range got {
				require.EqualValues(t, 1, got[i].Load(), i)
			}
		})
	}
}

// eventfds are cheap descriptors.
func eventfds(t *testing.T, n int) []int {
	fds := make([]int, n)
	for i := range fds {
		fd, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, eventfdFlags, 0)
		require.Zero(t, errno)
		fds[i] = int(fd)
		t.Cleanup(func() { syscall.Close(int(fd)) })
	}
	return fds
}

// descriptors lists those that the process has open. Go's own poller makes its descriptors at
// the first use of a file.
func descriptors(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

func TestPollerLeavesNoDescriptors(t *testing.T) {
	descriptors(t)
	before := descriptors(t)
	for range 50 {
		var p Poller
		require.NoError(t, p.Open())
		require.Error(t, p.Open())
		require.Len(t, descriptors(t), len(before)+2)
		p.Close()
		p.Close()
	}
	require.Equal(t, before, descriptors(t))
}

func TestPollerDescriptorsNeitherBlockNorOutliveExec(t *testing.T) {
	p := openPoller(t)
	requireCloseOnExec(t, p.epfd)
	requireCloseOnExec(t, p.eventfd)
	requireNonBlocking(t, p.eventfd)
}

func requireNonBlocking(t *testing.T, fd int) {
	t.Helper()
	flags, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
	require.Zero(t, errno)
	require.NotZero(t, flags&syscall.O_NONBLOCK)
}

func requireCloseOnExec(t *testing.T, fd int) {
	t.Helper()
	flags, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0)
	require.Zero(t, errno)
	require.NotZero(t, flags&syscall.FD_CLOEXEC)
}

// bounded looks until cond is true and says whether it ever was.
func bounded(cond func() bool) bool {
	for range 50_000_000 {
		if cond() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

// tcpPair is a connection within this machine.
func tcpPair(t *testing.T) (r, w int) {
	l, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	defer syscall.Close(l)
	require.NoError(t, syscall.Bind(l, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(l, 1))
	at, err := syscall.Getsockname(l)
	require.NoError(t, err)
	w, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	require.NoError(t, syscall.Connect(w, at))
	r, _, err = syscall.Accept4(l, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
	require.NoError(t, err)
	require.NoError(t, syscall.SetNonblock(w, true))
	return r, w
}

// BenchmarkPoller: empty is a Wait that does not block and finds nothing; break
// is a Break and the Wait that it ends.
func BenchmarkPoller(b *testing.B) {
	var p Poller
	require.NoError(b, p.Open())
	defer p.Close()
	buf := make([]PollEvent, 64)
	b.Run("op=empty", func(b *testing.B) {
		for b.Loop() {
			p.Wait(0, buf)
		}
	})
	b.Run("op=break", func(b *testing.B) {
		for b.Loop() {
			p.Break()
			p.Wait(-1, buf)
		}
	})
}
