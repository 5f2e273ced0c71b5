package main

import (
	"errors"
	"fmt"

	"schedlab/rt"
)

// maxOwnGs is how many Gs of its own a design may make. They need not end.
const maxOwnGs = 2

// balance returns the contradictions in the Stats of a closed scheduler. did tells how often
// each thing happened in the program.
func (p *program) balance(s rt.Stats, did func(count) int64) error {
	if !p.promises(rt.Counts) {
		return nil
	}
	var errs []error
	atMost := func(what string, part, whole uint64) {
		if part > whole {
			errs = append(errs, fmt.Errorf("stats: %s: %d of %d", what, part, whole))
		}
	}
	made := s.Spawned + s.Injected
	atMost("Gs that ended", s.Ended, made)
	atMost("Gs that ran", s.Ended, s.Executed)
	atMost("Migrated of Executed", s.Migrated, s.Executed)
	atMost("SyscallsSlow of Syscalls", s.SyscallsSlow, s.Syscalls)
	atMost("Retakes of Handoffs", s.Retakes, s.Handoffs)
	atMost("Steals that took Gs", s.Steals, s.Stolen)
	atMost("GsMade of Gs", s.GsMade, made)
	atMost("Polled of Readied", s.Polled, s.Readied)
	for name, lock := range s.Locks {
		atMost(fmt.Sprintf("Contended of %v", rt.Lock(name)), lock.Contended, lock.Acquired)
	}
	// After a panic, a G may have been abandoned between the two counters.
	if !p.plan.ending.panics {
		atMost("stops", uint64(did(countStops)), s.Stops)
		atMost("system calls", uint64(did(countSyscalls)+did(countBlocking)), s.Syscalls)
		fired := uint64(did(countFired) + did(countTicks) + did(countFuncs))
		atMost("timers that fired", fired, s.TimersFired)
		if own := p.own(s); own < 0 || own > maxOwnGs {
			errs = append(errs, fmt.Errorf("stats: Spawned is %d; the program's Gs made %d",
				s.Spawned, p.spawned.Load()))
		}
		least, most := p.left(s, did)
		if left := int64(made - s.Ended); left < least || left > most {
			errs = append(errs, fmt.Errorf("stats: %d Gs were made and %d ended; "+
				"%d to %d are to be left", made, s.Ended, least, most))
		}
	}
	return errors.Join(errs...)
}

// own returns how many Gs the design has made for its own purposes.
func (p *program) own(s rt.Stats) int64 { return int64(s.Spawned) - p.spawned.Load() }

// left returns how many Gs have not ended, at least and at most. At least, those that are
// blocked for ever. At most, also the design's own and, if the scheduler fails, those of Dumps
// that came too late.
func (p *program) left(s rt.Stats, did func(count) int64) (least, most int64) {
	if p.outcome.stuck == nil {
		return 0, p.own(s)
	}
	blocked := int64(len(p.outcome.stuck.gs))
	return blocked, blocked + p.own(s) + did(countDumps)
}
