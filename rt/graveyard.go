package rt

import "schedlab/rt/heap"

// graveyard is the Machine of Gs that were abandoned at Close: their deferred calls run
// on it, and nothing that they ready does.
type graveyard struct {
	timers *Timers
	cache  *heap.Cache
}

func newGraveyard(c *Core) graveyard {
	y := graveyard{timers: &Timers{}, cache: &heap.Cache{}}
	y.timers.Init(c)
	y.cache.Init(&c.heap)
	return y
}

func (graveyard) Newproc(func(*G))         {}
func (graveyard) Ready(*G)                 {}
func (graveyard) Next() *G                 { return nil }
func (graveyard) YieldTo(*G) *G            { return nil }
func (graveyard) Yielded(*G, YieldReason)  {}
func (graveyard) Schedule(*G) *G           { return nil }
func (graveyard) EnterSyscall(SyscallHint) {}
func (graveyard) ExitSyscall() bool        { return true }
func (graveyard) ExitSyscallSlow(*G)       {}
func (graveyard) ReadyList(*GList)         {}
func (graveyard) TimerFirst(int64)         {}
func (graveyard) AwaitLocked() bool        { return false }

func (graveyard) RunLocked(*G, Machine) {}

func (y graveyard) Timers() *Timers    { return y.timers }
func (y graveyard) Cache() *heap.Cache { return y.cache }
