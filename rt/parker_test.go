package rt

import (
	"reflect"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

func TestANativeGHasNoParker(t *testing.T) {
	native := NewNativeG(struct{ Native }{})
	said := panicText(func() { native.Parker() })
	require.Contains(t, said, "G.Parker: this G is one of Go's own")
}

// A Parker is a word: no G pays for one that it passes on.
func TestAParkerIsAWord(t *testing.T) {
	require.Equal(t, unsafe.Sizeof(uintptr(0)), unsafe.Sizeof(Parker{}))
}

func TestTheScratchSlotHoldsOneThing(t *testing.T) {
	p := (&G{m: &M{}}).Parker()
	require.Nil(t, p.TakeScratch())
	require.True(t, p.PutScratch("first"))
	require.False(t, p.PutScratch("second"))
	require.Equal(t, "first", p.TakeScratch())
	require.Nil(t, p.TakeScratch())
	require.True(t, p.PutScratch("third"))
}

// The slot, and what a lock costs, are those of the M that runs the G now.
func TestAParkerFollowsItsGToAnotherM(t *testing.T) {
	var mu host.Mutex
	first, second := &M{}, &M{}
	g := &G{m: first}
	p := g.Parker()
	require.True(t, p.PutScratch("first's"))
	g.m = second
	require.Nil(t, p.TakeScratch())
	p.Lock(&mu)
	mu.Unlock()
	require.EqualValues(t, 0, first.stats.Locks[LockObjects].Acquired)
	require.EqualValues(t, 1, second.stats.Locks[LockObjects].Acquired)
}

// What a workload may do with a G is on G; what a channel, a lock or a network does is on Parker.
func TestEachSideHasItsMethods(t *testing.T) {
	for _, c := range []struct {
		side any
		want []string
	}{
		{&G{}, []string{
			"Alloc", "BlockingSyscall", "Checkpoint", "ForEachP", "Free", "Go", "ID", "LockM",
			"MID", "Native", "Parker", "QueueLink", "SetProcs", "Sleep", "StartTheWorld",
			"Status", "StopTheWorld", "Syscall", "UnlockM", "Yield",
		}},
		{Parker{}, []string{
			"Enter", "G", "Lock", "OpenPoll", "Park", "ParkUnlock", "PutScratch", "Ready",
			"TakeScratch",
		}},
	} {
		var got []string
		for m := range reflect.TypeOf(c.side).Methods() {
			got = append(got, m.Name)
		}
		require.Equal(t, c.want, got)
	}
}
