package linear_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/check/linear"
)

type (
	owner = linear.RingOwner[*toy]
	ops   = []func(o *owner)

	history = linear.History[linear.Rings]
)

// The operations of scripts. Client i owns ring i.
func put(o *owner)      { o.Put() }
func putNext(o *owner)  { o.PutNext() }
func fill(o *owner)     { o.PutBatch(toySize) }
func putTwo(o *owner)   { o.PutBatch(2) }
func get(o *owner)      { o.Get() }
func drain(o *owner)    { o.Drain() }
func steal0(o *owner)   { o.Steal(0, false, 0) }
func stealOne(o *owner) { o.Steal(0, false, 1) }
func stealAny(o *owner) { o.Steal(0, true, 0) }
func len0(o *owner)     { o.Len(0) }
func empty0(o *owner)   { o.Empty(0) }
func empty1(o *owner)   { o.Empty(1) }

// scenario is what the clients do after client 0 has run setup alone. At the end each client
// drains its ring, so that an element that was lost or doubled is seen.
type scenario struct {
	setup   ops
	clients []ops
}

// stage is one run of a scenario.
type stage struct {
	rec    *linear.Recorder[linear.Rings]
	owners []*owner
	pause  func() // ends a step; nil while one client runs alone
}

// newStage makes rings with fault f, one for each client.
func newStage(f fault, clients int) *stage {
	s := &stage{rec: linear.NewRecorder[linear.Rings](clients)}
	rings := []*toy{}
	for range clients {
		rings = append(rings, &toy{fault: f, pause: s.step})
	}
	for i := range clients {
		s.owners = append(s.owners, linear.NewRingOwner(s.rec, rings, i, toySize, stealToy))
	}
	return s
}

func (s *stage) step() {
	if s.pause != nil {
		s.pause()
	}
}

// play lets a client execute script.
func (s *stage) play(client int, script ops) {
	for i, op := range script {
		if i > 0 {
			s.step()
		}
		op(s.owners[client])
	}
}

// judge runs the scenario in all interleavings, or up to the first whose history does not pass. It
// returns the number of runs and the last verdict.
func (c scenario) judge(f fault, pass func(history) error) (runs int, verdict error) {
	var s *stage
	fresh := func(pause func()) []func() {
		s = newStage(f, len(c.clients))
		s.play(0, c.setup)
		s.pause = pause
		bodies := []func(){}
		for i, script := range c.clients {
			bodies = append(bodies, func() { s.play(i, script) })
		}
		return bodies
	}
	runs = interleavings(fresh, func() bool {
		s.pause = nil
		for i := range c.clients {
			s.play(i, ops{drain})
		}
		verdict = pass(s.rec.History())
		return verdict == nil
	})
	return runs, verdict
}

// scenarios lists each fault with a scenario that shows it, and the number of interleavings that
// the scenario has with a correct ring.
var scenarios = []struct {
	fault         fault
	interleavings int
	scenario
}{
	{slotAfterTail, 10, scenario{nil, []ops{{put}, {steal0}}}},
	{getWithoutCAS, 18, scenario{ops{putTwo}, []ops{{get}, {steal0}}}},
	{getAtTail, 1, scenario{ops{putTwo}, []ops{{get}}}},
	{copyAfterCAS, 747, scenario{ops{fill}, []ops{{get, put, put, put}, {steal0}}}},
	{grabWithoutCAS, 18, scenario{ops{putTwo}, []ops{{get}, {steal0}}}},
	{grabAll, 5, scenario{ops{fill}, []ops{{}, {steal0}}}},
	{ignoreMax, 5, scenario{ops{fill}, []ops{{}, {stealOne}}}},
	{forgetPublish, 5, scenario{ops{fill}, []ops{{}, {steal0}}}},
	{lostAlone, 5, scenario{ops{putTwo}, []ops{{}, {steal0}}}},
	{emptyByHalf, 5, scenario{ops{put}, []ops{{}, {steal0}}}},
	{nextNotCleared, 5, scenario{ops{putNext}, []ops{{}, {stealAny}}}},
	{nextUnseen, 210, scenario{ops{putNext}, []ops{{putNext, get}, {stealAny}}}},
	{emptyNoReread, 600, scenario{ops{putNext}, []ops{{putNext, get}, {empty0}}}},
	{lenWithoutNext, 5, scenario{ops{putNext}, []ops{{}, {len0}}}},
	{overflowLoses, 1, scenario{ops{fill}, []ops{{put}}}},
	{overflowWrong, 1, scenario{ops{fill}, []ops{{put}}}},
	{kickLoses, 1, scenario{ops{putNext, putNext}, []ops{{get}}}},
	{drainForgets, 1, scenario{ops{putTwo, putNext}, []ops{{drain}}}},
	{drainWithoutCAS, 18, scenario{ops{fill}, []ops{{drain}, {steal0}}}},
}

func TestEveryFaultIsFound(t *testing.T) {
	for _, c := range scenarios {
		t.Run(string(c.fault), func(t *testing.T) {
			_, err := c.judge(c.fault, linear.RingsOf(toySize).Judge)
			requireVerdict(t, false, err)
		})
	}
}

func TestNoFaultIsFoundInTheCorrectRing(t *testing.T) {
	for _, c := range scenarios {
		t.Run(string(c.fault), func(t *testing.T) {
			cache := &linear.Cache[linear.Rings]{Spec: linear.RingsOf(toySize)}
			runs, err := c.judge(correct, cache.Judge)
			require.NoError(t, err, "a false alarm: the ring is correct")
			require.Equal(t, c.interleavings, runs, "interleavings of the scenario")
		})
	}
}

// TestTheSpecificationAllowsAllThatACorrectRingDoes runs every two operations of the owner beside
// every operation of another client, from several states.
func TestTheSpecificationAllowsAllThatACorrectRingDoes(t *testing.T) {
	cache := &linear.Cache[linear.Rings]{Spec: linear.RingsOf(toySize)}
	owners := ops{put, putNext, get, drain}
	others := ops{steal0, stealOne, stealAny, len0, empty0}
	total := 0
	for _, setup := range []ops{{}, {putNext}, {putTwo, putNext}, {fill, putNext}} {
		for _, first := range owners {
			for _, second := range owners {
				for _, other := range others {
					c := scenario{setup, []ops{{first, second}, {other}}}
					runs, err := c.judge(correct, cache.Judge)
					require.NoError(t, err, "a false alarm: the ring is correct")
					total += runs
				}
			}
		}
	}
	require.Equal(t, 101_324, total, "interleavings of all scenarios")
}

// atOneMoment is the steps of one call as one operation, which has its effect at one moment.
type atOneMoment []linear.Op[linear.Rings]

func (o atOneMoment) Step(s linear.Rings) (linear.Rings, bool) {
	for _, op := range o {
		after, allowed := op.Step(s)
		if !allowed {
			return s, false
		}
		s = after
	}
	return s, true
}

func (o atOneMoment) String() string { return fmt.Sprint([]linear.Op[linear.Rings](o)) }

// merged returns h with the steps of each call as one operation.
func merged(h history) history {
	var out history
	for i, e := range h {
		if i > 0 && e.Client == h[i-1].Client && e.Call == h[i-1].Call {
			last := &out[len(out)-1]
			last.Op = append(last.Op.(atOneMoment), e.Op)
			continue
		}
		e.Op = atOneMoment{e.Op}
		out = append(out, e)
	}
	return out
}

// TestTwoStepsAreNotOneMoment shows why the specification has two steps for some calls: by a
// specification with one step a correct ring would be wrong.
func TestTwoStepsAreNotOneMoment(t *testing.T) {
	for name, c := range map[string]scenario{
		"steal":   {ops{fill}, []ops{{get, get, empty0, empty1}, {steal0}}},
		"putnext": {ops{putNext}, []ops{{putNext}, {stealAny, empty0}}},
		"drain":   {ops{putTwo, putNext}, []ops{{drain}, {len0}}},
	} {
		t.Run(name, func(t *testing.T) {
			spec := linear.RingsOf(toySize)
			_, err := c.judge(correct, spec.Judge)
			require.NoError(t, err)
			spec.Extra = nil // since it does not know operations that are merged
			_, err = c.judge(correct, func(h history) error { return spec.Judge(merged(h)) })
			requireVerdict(t, false, err)
		})
	}
}

func TestCacheJudgesAHistoryOnce(t *testing.T) {
	judged := 0
	spec := linear.RingsOf(toySize)
	extra := spec.Extra
	spec.Extra = func(h history) error { judged++; return extra(h) }
	cache := &linear.Cache[linear.Rings]{Spec: spec}
	for _, c := range scenarios {
		if c.fault != emptyNoReread {
			continue
		}
		runs, err := c.judge(correct, cache.Judge)
		require.NoError(t, err)
		require.Equal(t, 9, judged, "histories that are judged")
		require.Equal(t, runs-judged, cache.Hits, "histories that are not judged again")
		_, err = c.judge(c.fault, cache.Judge)
		require.Error(t, err, "a wrong history has passed as one that was judged before")
	}
}
