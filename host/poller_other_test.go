//go:build (!linux || portable) && !model && !sim

package host

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPollerThatIsNotSupportedSaysSo(t *testing.T) {
	require.False(t, PollerSupported)
	var p Poller
	err := p.Open()
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "network calls block the thread instead")
	require.ErrorIs(t, p.Add(0, 1), errPollerClosed)
	require.ErrorIs(t, p.Remove(0), errPollerClosed)
	require.PanicsWithValue(t, "host: Poller.Wait: the poller is not open",
		func() { p.Wait(0, make([]PollEvent, 1)) })
	require.PanicsWithValue(t, "host: Poller.Break: the poller is not open",
		func() { p.Break() })
	p.Close()
}
