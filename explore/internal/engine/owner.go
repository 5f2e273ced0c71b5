package engine

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// # Whose goroutine is it
//
// A controlled type has no argument that says to which engine it belongs: its methods are
// those of sync/atomic. So the goroutine says it. Engines make few goroutines and keep them.
// So the table is read all the time and written almost never: it is copied when it changes.

// owners maps goroutines to engines.
var owners struct {
	mu    sync.Mutex
	table atomic.Pointer[ownerTable] // read without mu; partner: the stores in own and disown
}

// ownerTable is an open-addressed hash table that never changes.
type ownerTable struct {
	mask  uintptr
	slots []owner
}

// owner is an entry: goroutine g belongs to e.
type owner struct {
	g uintptr
	e *Engine
}

func init() { owners.table.Store(&ownerTable{slots: make([]owner, 1)}) }

// find returns the engine of goroutine g; nil if it belongs to none.
func (tab *ownerTable) find(g uintptr) *Engine {
	for i := hash(g); ; i++ {
		s := &tab.slots[i&tab.mask]
		if s.g == g || s.g == 0 {
			return s.e
		}
	}
}

// hash spreads addresses of goroutines, which are far apart.
func hash(g uintptr) uintptr { return g>>6 ^ g>>15 }

// own says that the calling goroutine is one of e's.
func (e *Engine) own() {
	g := getg()
	changeOwners(func(all map[uintptr]*Engine) { all[g] = e })
}

// disown forgets the calling goroutine.
func disown() {
	g := getg()
	changeOwners(func(all map[uintptr]*Engine) { delete(all, g) })
}

// changeOwners replaces the table by one that change has changed.
func changeOwners(change func(map[uintptr]*Engine)) {
	owners.mu.Lock()
	defer owners.mu.Unlock()
	all := map[uintptr]*Engine{}
	for _, s := range owners.table.Load().slots {
		if s.g != 0 {
			all[s.g] = s.e
		}
	}
	change(all)
	size := 4
	for size < 4*len(all) {
		size *= 2
	}
	tab := &ownerTable{mask: uintptr(size - 1), slots: make([]owner, size)}
	for g, e := range all {
		i := hash(g)
		for tab.slots[i&tab.mask].g != 0 {
			i++
		}
		tab.slots[i&tab.mask] = owner{g, e}
	}
	owners.table.Store(tab)
}

// Self returns the controlled thread that calls, or panics.
func Self(what string) *Thread {
	e := owners.table.Load().find(getg())
	if e == nil {
		stray(what)
		panic(fmt.Sprintf("explore: %s: the caller is not a thread of an exploration; call it "+
			"inside the program given to Test or Run, on threads started by explore.Go", what))
	}
	if e.aborting {
		runtime.Goexit() // a deferred call: the execution is over
	}
	return e.Current
}
