package sim

import (
	"fmt"
	"runtime"
	"time"
)

// Blocked is the error of a run in which a thread blocked on something that is not of this
// package: a channel, a lock of package sync, a descriptor, a real sleep. No other thread goes
// on meanwhile.
type Blocked struct {
	For    time.Duration // how long, in real time
	Stacks []byte        // of all goroutines
}

func (e *Blocked) Error() string {
	return fmt.Sprintf("sim: no thread of the machine has done an operation for %v of real time: "+
		"one waits for a channel, a lock, a descriptor or a time that is not of the machine; "+
		"use package host instead\n\n%s", e.For, e.Stacks)
}

// stacksAtMost is how many bytes of stacks an error holds.
const stacksAtMost = 1 << 20

// supervised is play, watched from outside. It returns an error if a thread has blocked.
func (m *machine) supervised(main func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.play(main)
	}()
	patience := m.cfg.patience()
	const looks = 20 // in the patience
	tick := time.NewTicker(max(patience/looks, 1))
	defer tick.Stop()
	seen, still := m.beat.Load(), 0
	for {
		select {
		case <-done:
			return nil
		case <-tick.C:
		}
		if now := m.beat.Load(); now != seen {
			seen, still = now, 0
		} else if still++; still > looks {
			stacks := make([]byte, stacksAtMost)
			return &Blocked{For: patience, Stacks: stacks[:runtime.Stack(stacks, true)]}
		}
	}
}

// beatTurns is after how many turns the watch is told that the machine is alive.
const beatTurns = 256
