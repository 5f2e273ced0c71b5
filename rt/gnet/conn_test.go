package gnet_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

func TestAConnectionCarriesBytesBothWays(t *testing.T) {
	for _, addr := range []string{loopback, "[::1]:0"} {
		t.Run(addr, func(t *testing.T) {
			if ln, err := net.Listen("tcp", addr); err != nil {
				t.Skipf("this machine has no such address: %v", err)
			} else {
				require.NoError(t, ln.Close())
			}
			each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
				run(t, s, func(g *rt.G) {
					ln := listen(g, n, addr)
					g.Go(func(g *rt.G) {
						c := dial(g, n, ln)
						write(g, c, "ping")
						read(g, c, "pong")
						must.NoError(c.Close(g))
					})
					c := accept(g, ln)
					read(g, c, "ping")
					write(g, c, "pong")
					readEnd(g, c)
					closeAll(g, c, ln)
				})
			})
		})
	}
}

func TestAddressesAreThoseOfTheTwoSides(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			must.NotZero(ln.Addr().Port())
			a := dial(g, n, ln)
			b := accept(g, ln)
			must.Equal(ln.Addr(), a.RemoteAddr())
			must.Equal(ln.Addr(), b.LocalAddr())
			must.Equal(a.LocalAddr(), b.RemoteAddr())
			closeAll(g, a, b, ln)
		})
	})
}

// Much more than the kernel keeps, so that both sides wait for each other.
func TestLongWritesArriveWhole(t *testing.T) {
	sent := make([]byte, 8<<20)
	for i := range sent {
		sent[i] = byte(i>>16 ^ i>>8 ^ i)
	}
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		got := make([]byte, len(sent))
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			g.Go(func(g *rt.G) {
				wrote, err := a.Write(g, sent)
				must.NoError(err)
				must.Equal(len(sent), wrote)
				must.NoError(a.Close(g))
			})
			_, err := b.ReadFull(g, got)
			must.NoError(err)
			readEnd(g, b)
			must.NoError(b.Close(g))
		})
		require.True(t, bytes.Equal(sent, got))
	})
}

func TestReadFullTellsAnEndInTheMiddle(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			write(g, a, "abc")
			must.NoError(a.Close(g))
			buf := make([]byte, 4)
			got, err := b.ReadFull(g, buf)
			must.Equal(io.ErrUnexpectedEOF, err)
			must.Equal("abc", string(buf[:got]))
			_, err = b.ReadFull(g, buf)
			must.Equal(io.EOF, err)
			must.NoError(b.Close(g))
		})
	})
}

func TestReadingAndWritingNothingDoesNotBlock(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			for _, call := range []func(*rt.G, []byte) (int, error){a.Read, a.ReadFull, a.Write} {
				got, err := call(g, nil)
				must.NoError(err)
				must.Zero(got)
			}
			closeAll(g, a, b)
		})
	})
}

func TestAfterCloseWriteTheOtherDirectionLives(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			write(g, a, "question")
			must.NoError(a.CloseWrite(g))
			read(g, b, "question")
			readEnd(g, b)
			write(g, b, "answer")
			must.NoError(b.Close(g))
			read(g, a, "answer")
			readEnd(g, a)
			_, err := a.Write(g, []byte("more"))
			must.ErrorIs(err, syscall.EPIPE)
			must.NoError(a.Close(g))
			must.ErrorIs(a.CloseWrite(g), net.ErrClosed)
		})
	})
}

func TestReadFailsOnceTheDeadlineHasPassed(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			begin := time.Now()
			must.NoError(b.SetReadDeadline(g, begin.Add(5*time.Millisecond)))
			_, err := b.Read(g, make([]byte, 1)) // waits
			must.ErrorIs(err, os.ErrDeadlineExceeded)
			must.GreaterOrEqual(time.Since(begin), 5*time.Millisecond)
			write(g, a, "x")
			_, err = b.Read(g, make([]byte, 1)) // there is something, but it is too late
			must.ErrorIs(err, os.ErrDeadlineExceeded)
			var timeout net.Error
			must.ErrorAs(err, &timeout)
			must.True(timeout.Timeout())
			must.NoError(b.SetReadDeadline(g, time.Time{}))
			read(g, b, "x")
			write(g, b, "writing has its own deadline")
			must.NoError(b.SetDeadline(g, time.Now().Add(-time.Hour)))
			_, err = b.Write(g, []byte("x"))
			must.ErrorIs(err, os.ErrDeadlineExceeded)
			must.NoError(b.SetDeadline(g, time.Now().Add(time.Hour)))
			write(g, b, "x")
			closeAll(g, a, b)
			must.ErrorIs(b.SetDeadline(g, time.Time{}), net.ErrClosed)
		})
	})
}

func TestWriteFailsAtItsDeadlineAndSaysHowMuchItWrote(t *testing.T) {
	chunk := make([]byte, 16<<20) // mostly more than the kernel keeps
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			must.NoError(a.SetWriteDeadline(g, time.Now().Add(5*time.Millisecond)))
			wrote, more, err := 0, 0, error(nil)
			for ; err == nil; wrote += more {
				more, err = a.Write(g, chunk)
			}
			must.ErrorIs(err, os.ErrDeadlineExceeded)
			must.Less(more, len(chunk))
			must.NoError(a.Close(g))
			got, err := b.ReadFull(g, make([]byte, wrote+1))
			must.Error(err)
			must.Equal(wrote, got)
			must.NoError(b.Close(g))
		})
	})
}

// The G waits in Read when another G sets a deadline that has passed.
func TestADeadlineEndsAReadUnderWay(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			done := gsync.NewChan[error](g, 1)
			g.Go(func(g *rt.G) {
				_, err := b.Read(g, make([]byte, 1))
				done.Send(g, err)
			})
			var err error
			for ended := false; !ended; {
				must.NoError(b.SetReadDeadline(g, time.Now()))
				g.Yield()
				err, _, ended = done.TryRecv(g)
			}
			must.ErrorIs(err, os.ErrDeadlineExceeded)
			closeAll(g, a, b)
		})
	})
}

func TestDialFailsIfNobodyListens(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n) // their listener is closed, and its port is not given again
			addr := b.LocalAddr().String()
			_, err := n.Dial(g, addr)
			must.ErrorIs(err, syscall.ECONNREFUSED)
			must.ErrorContains(err, "gnet: dial: "+addr)
			must.ErrorContains(err, "nobody listens there")
			closeAll(g, a, b)
		})
	})
}

// The limit is to the dial alone, not to what comes after it.
func TestADialInTimeLeavesNoDeadline(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			begin, limit := time.Now(), 5*time.Millisecond
			a, err := n.DialTimeout(g, ln.Addr().String(), limit)
			for err != nil { // a slow machine
				must.ErrorIs(err, os.ErrDeadlineExceeded)
				begin, limit = time.Now(), 2*limit
				a, err = n.DialTimeout(g, ln.Addr().String(), limit)
			}
			for time.Since(begin) <= limit {
				g.Yield()
			}
			_, err = a.Write(g, []byte("x"))
			must.NoError(err)
			closeAll(g, a, ln)
		})
	})
}

func TestListenFailsOnAnAddressInUse(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			_, err := n.Listen(g, ln.Addr().String())
			must.ErrorIs(err, syscall.EADDRINUSE)
			must.NoError(ln.Close(g))
		})
	})
}

// The peer is package net's, which can break a connection off.
func TestAResetIsTold(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			for _, waits := range []bool{false, true} {
				var peer *net.TCPConn
				g.BlockingSyscall(func() {
					c, err := net.Dial("tcp", ln.Addr().String())
					must.NoError(err)
					peer = c.(*net.TCPConn)
				})
				must.NoError(peer.SetLinger(0))
				c := accept(g, ln)
				var wg gsync.WaitGroup
				wg.Add(g, 1)
				g.Go(func(g *rt.G) {
					defer wg.Done(g)
					if waits {
						g.Yield()
					}
					must.NoError(peer.Close())
				})
				if !waits {
					wg.Wait(g)
				}
				_, err := c.Read(g, make([]byte, 1))
				must.ErrorIs(err, syscall.ECONNRESET)
				must.ErrorContains(err, c.LocalAddr().String()+" to "+c.RemoteAddr().String())
				wg.Wait(g)
				must.NoError(c.Close(g))
			}
			must.NoError(ln.Close(g))
		})
	})
}

// The bytes of two writers are not mixed, and no reader gets half a record.
func TestSeveralGsMayReadAndWriteAConn(t *testing.T) {
	const writers, records, size = 4, 20, 64 << 10 // records do not fit the kernel's buffer
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		var whole [writers]int
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			var wg gsync.WaitGroup
			wg.Add(g, writers)
			for w := range writers {
				g.Go(func(g *rt.G) {
					defer wg.Done(g)
					record := bytes.Repeat([]byte{byte(w)}, size)
					for range records {
						_, err := a.Write(g, record)
						must.NoError(err)
					}
				})
			}
			g.Go(func(g *rt.G) {
				wg.Wait(g)
				must.NoError(a.Close(g))
			})
			buf := make([]byte, size)
			for {
				if _, err := b.ReadFull(g, buf); err == io.EOF {
					break
				} else {
					must.NoError(err)
				}
				must.Equal(size, bytes.Count(buf, buf[:1]))
				whole[buf[0]]++
			}
			must.NoError(b.Close(g))
		})
		require.Equal(t, [writers]int{records, records, records, records}, whole)
	})
}

func TestReadersTakeTurns(t *testing.T) {
	const readers, bytes = 4, 400
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		var got [readers]int
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			var wg gsync.WaitGroup
			wg.Add(g, readers)
			for r := range readers {
				g.Go(func(g *rt.G) {
					defer wg.Done(g)
					for {
						n, err := b.Read(g, make([]byte, 3))
						got[r] += n
						if err == io.EOF {
							return
						}
						must.NoError(err)
					}
				})
			}
			for range bytes {
				write(g, a, "x")
			}
			must.NoError(a.Close(g))
			wg.Wait(g)
			must.NoError(b.Close(g))
		})
		require.Equal(t, bytes, got[0]+got[1]+got[2]+got[3])
	})
}

func TestBadAddressesAreExplained(t *testing.T) {
	s := open(t, "gpm", 1)
	run(t, s, func(g *rt.G) {
		for _, addr := range []string{
			"", "localhost:80", "127.0.0.1", ":80", "127.0.0.1:http", "1.2.3.4:99999",
		} {
			_, dialErr := gnet.Dial(g, addr)
			_, listenErr := gnet.Listen(g, addr)
			for op, err := range map[string]error{"dial": dialErr, "listen": listenErr} {
				var e *gnet.Error
				must.ErrorAs(err, &e)
				must.Equal(op, e.Op)
				must.ErrorContains(err,
					`"`+addr+`": it must be an IP address and a port, as in 127.0.0.1:8080`)
			}
		}
	})
}

// A scheduler can serve again after a Run, with what the Run has left open.
func TestConnsOutliveARun(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		var a, b *gnet.Conn
		run(t, s, func(g *rt.G) { a, b = pair(g, n) })
		run(t, s, func(g *rt.G) { write(g, a, "x") })
		run(t, s, func(g *rt.G) {
			read(g, b, "x")
			closeAll(g, a, b)
		})
	})
}

// Others run on the only P while a G waits for the network.
func TestWaitingLetsOthersRun(t *testing.T) {
	each(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		turns := 0
		run(t, s, func(g *rt.G) {
			a, b := pair(g, n)
			g.Go(func(g *rt.G) {
				for range 100 {
					turns++
					g.Yield()
				}
				write(g, a, "x")
			})
			read(g, b, "x")
			closeAll(g, a, b)
		})
		require.Equal(t, 100, turns)
	})
}

// However many Gs wait, there are no more Ms than run Gs, wait for the network and look after the
// others.
func TestGsThatWaitNeedNoThreads(t *testing.T) {
	eachPolled(t, func(t *testing.T, s rt.Scheduler, n gnet.Network) {
		run(t, s, func(g *rt.G) {
			ln := listen(g, n, loopback)
			var conns []*gnet.Conn
			for range 100 {
				conns = append(conns, dial(g, n, ln))
				c := accept(g, ln)
				g.Go(func(g *rt.G) { echo(g, c) })
			}
			for range 3 {
				for _, c := range conns {
					write(g, c, "x")
				}
				for _, c := range conns {
					read(g, c, "x")
				}
			}
			for _, c := range conns {
				must.NoError(c.Close(g))
			}
			must.NoError(ln.Close(g))
		})
		requireFewMs(t, s, 100)
	})
}

// requireFewMs: many Gs have waited at the same time. How many Ms there are besides is up to the
// machine, since another takes the place of an M that loses its CPU.
func requireFewMs(t *testing.T, s rt.Scheduler, many int) {
	require.Less(t, s.Stats().Ms, uint64(many/4))
}
