package global

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// Bytes go through a pipe whose reader has no thread while it waits.
func TestGsWaitForDescriptors(t *testing.T) {
	if !rt.PollSupported {
		t.Skip("nothing can be waited for on this system")
	}
	const bytes = 50
	everyVariant(t, 1, func(t *testing.T, s *sched) {
		var fds [2]int
		require.NoError(t, syscall.Pipe(fds[:]))
		defer syscall.Close(fds[0])
		defer syscall.Close(fds[1])
		require.NoError(t, syscall.SetNonblock(fds[0], true))
		run(t, s, func(g *rt.G) {
			pd, err := g.Parker().OpenPoll(fds[0])
			require.NoError(t, err)
			g.Go(func(g *rt.G) {
				for b := range byte(bytes) {
					g.Sleep(20_000)
					_, err := syscall.Write(fds[1], []byte{b})
					require.NoError(t, err)
				}
			})
			var buf [1]byte
			for got := byte(0); got < bytes; {
				switch n, err := syscall.Read(fds[0], buf[:]); {
				case n == 1:
					require.Equal(t, got, buf[0])
					got++
				case err == syscall.EAGAIN:
					require.NoError(t, pd.Wait(g, rt.PollRead))
				default:
					require.NoError(t, err)
				}
			}
			require.NoError(t, pd.Close(g))
		})
		require.Positive(t, s.Stats().Polled)
	})
}
