package rt

import (
	"reflect"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Stats is what a scheduler has done. Counters are kept per M, in plain memory.
type Stats struct {
	Spawned      uint64 // Gs made by Gs
	Injected     uint64 // Gs made from outside
	Ended        uint64 // Gs that ended
	Executed     uint64 // times an M began or went on with a G
	Migrated     uint64 // of these, times on another M than the one that made it runnable
	Readied      uint64 // waiting Gs that were readied
	Yields       uint64 // times a G gave way to another
	Preempted    uint64 // times a G answered a request to give way
	Syscalls     uint64 // system calls of Gs
	SyscallsSlow uint64 // of these, times the G had to queue afterwards
	Handoffs     uint64 // Ps given up because of a system call (handoffp)
	Retakes      uint64 // of these, times the monitor took it (retake)
	Steals       uint64 // successful steals
	Stolen       uint64 // Gs taken by them
	StealMisses  uint64 // rounds over all victims that found nothing
	Overflows    uint64 // times a full local queue spilled to the global one
	GlobalGets   uint64 // times Gs were taken from the global queue
	Parks        uint64 // times an M went to sleep for want of work
	Wakes        uint64 // times an M was woken for work
	Ms           uint64 // Ms started
	StacksMade   uint64 // coroutine stacks made
	GsMade       uint64 // Gs allocated, not reused
	TimersFired  uint64 // timers that fired
	Polls        uint64 // times the network's events were delivered
	Polled       uint64 // waiting Gs that were readied by the network or a deadline
	Stops        uint64 // times the world was stopped

	Locks Locks // what each lock has cost

	// CacheBytes is what memory caches hold at this moment, with what Gs have allocated and
	// not freed.
	CacheBytes int64
	// StopTimes holds the times, in ns, from StopTheWorld to its return.
	StopTimes *hdrhistogram.Histogram

	// ReadyToRun holds the sampled times, in ns, from becoming runnable to running; nil if
	// Config.SampleReady is 0.
	ReadyToRun *hdrhistogram.Histogram
}

// Add adds the counters of d to s; histograms and CacheBytes stay.
func (s *Stats) Add(d *Stats) {
	a, b := reflect.ValueOf(s).Elem(), reflect.ValueOf(d).Elem()
	for i := range a.NumField() {
		if f := a.Field(i); f.Kind() == reflect.Uint64 {
			f.SetUint(f.Uint() + b.Field(i).Uint())
		}
	}
	s.Locks.add(&d.Locks)
}

// Sub returns s - d, for what happened between two readings; histograms and CacheBytes are
// those of s.
func (s Stats) Sub(d Stats) Stats {
	a, b := reflect.ValueOf(&s).Elem(), reflect.ValueOf(d)
	for i := range a.NumField() {
		if f := a.Field(i); f.Kind() == reflect.Uint64 {
			f.SetUint(f.Uint() - b.Field(i).Uint())
		}
	}
	s.Locks.sub(&d.Locks)
	return s
}
