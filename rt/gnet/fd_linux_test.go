package gnet_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

// descriptors returns those of the process: the number, and what it stands for.
func descriptors(t *testing.T) (open []string) {
	warm(t)
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	for _, e := range list {
		// The link of the descriptor by which the list was read is gone.
		if what, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			open = append(open, e.Name()+" "+what)
		}
	}
	return open
}

// warm makes package net open what it keeps: its own poller.
func warm(t *testing.T) {
	ln, err := net.Listen("tcp", loopback)
	require.NoError(t, err)
	require.NoError(t, ln.Close())
}

// openedSince returns what is open and was not in before. What was need not be open still: other
// tests leave some to the collector.
func openedSince(t *testing.T, before []string) []string {
	known := func(d string) bool { return slices.Contains(before, d) }
	return slices.DeleteFunc(descriptors(t), known)
}

func socketpair() (fds [2]int) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must.NoError(err)
	return fds
}

func adopt(g *rt.G, n gnet.Network, fd int) *gnet.Conn {
	c, err := n.NewConn(g, fd)
	must.NoError(err)
	return c
}

func TestASocketPairIsAConn(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			fds := socketpair()
			a, b := adopt(g, n, fds[0]), adopt(g, n, fds[1])
			must.False(a.LocalAddr().IsValid())
			g.Go(func(g *rt.G) { echo(g, b) })
			write(g, a, "x")
			read(g, a, "x")
			must.NoError(a.CloseWrite(g))
			readEnd(g, a)
			must.NoError(a.Close(g))
			_, err := a.Read(g, make([]byte, 1))
			must.ErrorIs(err, net.ErrClosed)
			must.ErrorContains(err, fmt.Sprintf("gnet: read: descriptor %d: ", fds[0]))
		})
	})
}

func TestAPipeIsAConn(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			var fds [2]int
			must.NoError(syscall.Pipe2(fds[:], syscall.O_CLOEXEC))
			r, w := adopt(g, n, fds[0]), adopt(g, n, fds[1])
			g.Go(func(g *rt.G) {
				g.Yield()
				write(g, w, "x")
				must.ErrorIs(w.CloseWrite(g), syscall.ENOTSOCK)
				must.NoError(w.Close(g))
			})
			read(g, r, "x")
			readEnd(g, r)
			must.NoError(r.Close(g))
			_, err := r.Read(g, make([]byte, 1))
			must.ErrorIs(err, net.ErrClosed)
			must.ErrorIs(r.Close(g), net.ErrClosed)
		})
	})
}

// A connected socket of the caller's keeps its addresses.
func TestATCPSocketOfTheCallerIsAConn(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
			must.NoError(err)
			to := ln.Addr()
			must.NoError(syscall.Connect(fd,
				&syscall.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())}))
			a, b := adopt(g, n, fd), accept(g, ln)
			must.Equal(to, a.RemoteAddr())
			must.Equal(b.RemoteAddr(), a.LocalAddr())
			closeAll(g, a, b, ln)
		})
	})
}

func TestWhatIsNoOpenDescriptorIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			for _, fd := range []int{-1, 1 << 20} {
				_, err := n.NewConn(g, fd)
				must.ErrorIs(err, syscall.EBADF)
				must.ErrorContains(err, "the descriptor is not open")
			}
		})
	})
}

func TestAFileCannotBeWaitedFor(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		file, err := os.Create(filepath.Join(t.TempDir(), "file"))
		require.NoError(t, err)
		run(t, s, func(g *rt.G) {
			_, err := n.NewConn(g, int(file.Fd()))
			must.ErrorIs(err, syscall.EPERM)
			must.ErrorContains(err, "files and directories cannot be waited for")
		})
		require.NoError(t, file.Close(), "it is the caller's still")
	})
}

func TestADescriptorClosedElsewhereIsTold(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			fds := socketpair()
			c := adopt(g, n, fds[0])
			must.NoError(syscall.Close(fds[0]))
			must.NoError(syscall.Close(fds[1]))
			_, err := c.Read(g, make([]byte, 1))
			must.ErrorIs(err, syscall.EBADF)
			must.ErrorIs(c.Close(g), syscall.EBADF)
		})
	})
}

// The descriptor of a Conn that is closed lives until the last G has left it. No other gets its
// number before. See 'Closing a descriptor in use'.
func TestADescriptorInUseIsNotClosed(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			fds := socketpair()
			c := adopt(g, n, fds[0])
			must.NoError(c.Do(g, func() error {
				closed := gsync.NewChan[error](g, 1)
				g.Go(func(g *rt.G) { closed.Send(g, c.Close(g)) })
				err, _ := closed.Recv(g)
				must.NoError(err)
				must.True(isOpen(fds[0]))
				return nil
			}))
			must.False(isOpen(fds[0]))
			must.NoError(syscall.Close(fds[1]))
		})
	})
}

func isOpen(fd int) bool {
	_, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	return err == nil
}

// Whatever is done to a Conn that is closed does nothing to the descriptor that has its number now.
func TestAClosedConnDoesNotTouchItsNumber(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			fds := socketpair()
			c := adopt(g, n, fds[0])
			must.NoError(c.Close(g))
			must.NoError(syscall.Dup3(fds[1], fds[0], syscall.O_CLOEXEC)) // a stranger
			for _, call := range []func() error{
				func() error { return c.Close(g) },
				func() error { return c.CloseWrite(g) },
				func() error { _, err := c.Read(g, make([]byte, 1)); return err },
				func() error { _, err := c.Write(g, make([]byte, 1)); return err },
			} {
				must.ErrorIs(call(), net.ErrClosed)
				must.True(isOpen(fds[0]))
			}
			must.NoError(syscall.Close(fds[0]))
			must.NoError(syscall.Close(fds[1]))
		})
	})
}

// A G of another scheduler, for which nobody would poll, is told so.
func TestAConnBelongsToItsScheduler(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		var a, b *gnet.Conn
		run(t, s, func(g *rt.G) { a, b = pair(g, n) })
		for design, fact := range map[string]string{
			"global": "belong to different schedulers",
			"native": "a native one; open it with Threads",
		} {
			other := open(t, design, 2)
			run(t, other, func(g *rt.G) {
				for name, call := range map[string]func(){
					"read":         func() { _, _ = a.Read(g, make([]byte, 1)) },
					"write":        func() { _, _ = a.Write(g, make([]byte, 1)) },
					"set deadline": func() { _ = a.SetDeadline(g, time.Now()) },
					"close":        func() { _ = a.Close(g) },
				} {
					must.Contains(panicOf(call), fact, name)
				}
			})
		}
		run(t, s, func(g *rt.G) { // and nothing is broken
			write(g, a, "x")
			read(g, b, "x")
			closeAll(g, a, b)
		})
	})
}

func panicOf(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}

// What Threads makes serves every scheduler.
func TestAConnOfThreadsServesAnyScheduler(t *testing.T) {
	var a, b *gnet.Conn
	run(t, open(t, "global", 2), func(g *rt.G) { a, b = pair(g, gnet.Threads) })
	run(t, open(t, "native", 2), func(g *rt.G) { write(g, a, "x") })
	run(t, open(t, "gpm", 2), func(g *rt.G) {
		read(g, b, "x")
		closeAll(g, a, b)
	})
}

// Accept reports each time that there is no descriptor left, and does not lose the connection.
func TestAcceptTellsOfWantOfDescriptors(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			a := dial(g, n, ln)
			var before syscall.Rlimit
			must.NoError(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before))
			must.NoError(syscall.Setrlimit(syscall.RLIMIT_NOFILE,
				&syscall.Rlimit{Cur: 1, Max: before.Max}))
			var errs []error
			for range 3 {
				_, err := ln.Accept(g)
				errs = append(errs, err)
			}
			_, dialErr := n.Dial(g, ln.Addr().String())
			must.NoError(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before))
			for _, err := range append(errs, dialErr) {
				must.ErrorIs(err, syscall.EMFILE)
				must.ErrorContains(err, "ulimit -n")
			}
			b := accept(g, ln)
			write(g, a, "x")
			read(g, b, "x")
			closeAll(g, a, b, ln)
		})
	})
}

// Nobody answers: the queue of a listener that nobody serves is full, and the kernel drops what
// else comes.
func TestDialTimeoutEndsADial(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		before := descriptors(t)
		run(t, s, func(g *rt.G) {
			fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
			must.NoError(err)
			must.NoError(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
			must.NoError(syscall.Listen(fd, 0))
			sa, err := syscall.Getsockname(fd)
			must.NoError(err)
			addr := fmt.Sprintf("127.0.0.1:%d", sa.(*syscall.SockaddrInet4).Port)
			var conns []*gnet.Conn
			for err == nil {
				must.Less(len(conns), 10, "the queue takes them all")
				var c *gnet.Conn
				if c, err = n.DialTimeout(g, addr, 20*time.Millisecond); err == nil {
					conns = append(conns, c)
				}
			}
			must.ErrorIs(err, os.ErrDeadlineExceeded)
			for _, c := range conns {
				must.NoError(c.Close(g))
			}
			must.NoError(syscall.Close(fd))
		})
		require.NoError(t, s.Close())
		require.Empty(t, openedSince(t, before))
	})
}

// Dials that fail leave no descriptor behind, nor do Conns and Listeners that are closed, on either
// side.
func TestNoDescriptorIsLeft(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		before := descriptors(t)
		run(t, s, func(g *rt.G) {
			other, busy := pair(g, n) // nobody listens there
			for range 20 {
				ln := listen(g, n, loopback)
				for range 5 {
					a, b := dial(g, n, ln), accept(g, ln)
					for _, c := range []*gnet.Conn{a, b} {
						g.Go(func(g *rt.G) { _, _ = c.Read(g, make([]byte, 1)) })
						g.Go(func(g *rt.G) { _ = c.Close(g) })
					}
				}
				must.NoError(ln.Close(g))
				_, err := n.Dial(g, busy.LocalAddr().String())
				must.Error(err)
			}
			closeAll(g, other, busy)
		})
		require.NoError(t, s.Close())
		require.Empty(t, openedSince(t, before))
	})
}

// A G that is abandoned while it waits leaves the descriptor in a state in which a deferred Close
// can close it. So does one that waits for its turn.
func TestAbandonedGsCloseWhatTheyDeferred(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		before := descriptors(t)
		stop := errors.New("stop")
		var begun host.Int32
		err := s.Run(func(g *rt.G) {
			a, b := pair(g, n)
			for _, c := range []*gnet.Conn{a, b} {
				for range 3 {
					g.Go(func(g *rt.G) {
						defer func() { _ = c.Close(g) }()
						begun.Add(1)
						_, _ = c.Read(g, make([]byte, 1))
					})
				}
			}
			for begun.Load() < 6 {
				g.Yield()
			}
			for range 10 { // most are in Read, or wait for their turn
				g.Yield()
			}
			panic(stop)
		})
		require.ErrorIs(t, err, stop)
		require.NoError(t, s.Close())
		require.Empty(t, openedSince(t, before))
	})
}

// See 'What nobody closes'.
func TestWhatNobodyClosesIsCollected(t *testing.T) {
	for _, n := range []gnet.Network{gnet.Polled, gnet.Threads} {
		for _, design := range []string{"gm", "global", "gpm", "native"} {
			before := descriptors(t)
			forget(t, design, n)
			for i := 0; len(openedSince(t, before)) > 0; i++ {
				require.Less(t, i, 1000, "%s, %v: %v are left", design, n, openedSince(t, before))
				runtime.GC()
			}
		}
	}
}

//go:noinline
func forget(t *testing.T, design string, n gnet.Network) {
	s, err := all.New(design, rt.Config{Procs: 1})
	require.NoError(t, err)
	run(t, s, func(g *rt.G) {
		a, _ := pair(g, n)
		must.NoError(a.SetDeadline(g, time.Now().Add(time.Hour)))
	})
	require.NoError(t, s.Close())
}

// All connections of a big server at once, with a G that waits at each end.
func TestTenThousandConnections(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		conns := 1000
		if strings.Contains(t.Name(), "design=gpm/procs=2") {
			conns = 10_000
		}
		conns = raiseLimit(t, conns)
		before := descriptors(t)
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			var opened, done gsync.WaitGroup
			opened.Add(g, 1)
			done.Add(g, conns)
			for range conns {
				a, b := dial(g, n, ln), accept(g, ln)
				g.Go(func(g *rt.G) { echo(g, b) })
				g.Go(func(g *rt.G) {
					for range 2 {
						write(g, a, "x")
						read(g, a, "x")
						opened.Wait(g)
					}
					must.NoError(a.Close(g))
					done.Done(g)
				})
			}
			opened.Done(g)
			done.Wait(g)
			must.NoError(ln.Close(g))
		})
		requireFewMs(t, s, 2*conns)
		require.NoError(t, s.Close())
		require.Empty(t, openedSince(t, before))
	})
}

// raiseLimit returns how many connections, at most want, the limit of descriptors allows with both
// ends in this process. It raises the limit if it can.
func raiseLimit(t *testing.T, want int) int {
	if raceEnabled {
		want /= 10 // more would take long and not race in new ways
	}
	const others = 200
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	need := uint64(2*want + others)
	if limit.Cur < need {
		raised := syscall.Rlimit{Cur: need, Max: max(need, limit.Max)}
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised) != nil { // only root may raise Max
			raised = syscall.Rlimit{Cur: min(need, limit.Max), Max: limit.Max}
			require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised))
		}
		t.Cleanup(func() {
			back := syscall.Rlimit{Cur: limit.Cur, Max: raised.Max}
			require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &back))
		})
		want = min(want, int(raised.Cur-others)/2)
	}
	t.Logf("%d connections", want)
	return want
}
