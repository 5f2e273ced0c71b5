package gpm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// The Gs that come with the first of a batch are on a local queue, where an M that
// found the global queue empty does not see them. So an M must be woken.
func TestABatchFromTheGlobalQueueWakes(t *testing.T) {
	for name, find := range map[string]func(*m) *rt.G{
		"globrunqget": func(mp *m) *rt.G { return mp.globrunqget(maxBatch) },
		"giveUp":      (*m).giveUp,
	} {
		t.Run(name, func(t *testing.T) {
			s := &sched{}
			ps := []*p{s.newP(0), s.newP(1)}
			s.setPs(ps)
			mp, idle := &m{sched: s}, &m{sched: s}
			s.idle.pidleput(ps[1])
			s.idle.midle.PutHead(idle)
			mp.acquirep(ps[0])
			for range 4 {
				s.runq.Put(new(rt.G))
			}

			require.NotNil(t, find(mp))

			require.Positive(t, mp.p.runq.Len())
			require.Same(t, ps[1], idle.nextp)
			require.True(t, idle.spinning)
			require.EqualValues(t, 1, s.idle.nmspinning.Load())
		})
	}
}
