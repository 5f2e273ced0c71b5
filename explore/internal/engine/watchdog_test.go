package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnswersKeepTheWatchdogQuiet(t *testing.T) {
	c := NewControl(&Limits{})
	e := New(&Limits{}, nil, nil)
	e.Control = c
	for range 10 * SilentTicks { // nothing is executed
		require.Nil(t, c.Blocked([]*Engine{e}))
	}
	e.pulse.Store(executing)
	e.pulse.waiting = SilentTicks - 1 // it was met waiting, and now is not
	for range 10 * SilentTicks {
		require.Nil(t, c.Blocked([]*Engine{e}))
		require.EqualValues(t, asked, e.pulse.Load())
		require.Zero(t, e.pulse.waiting)
		e.answer()
	}
}
