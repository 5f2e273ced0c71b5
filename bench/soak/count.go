package main

import (
	"slices"
	"sync/atomic"

	"schedlab/rt"
)

// count is something that is counted, so that a reader sees that it happens.
type count int

const (
	countGs count = iota
	countDeep
	countYields
	countCheckpoints
	countChans
	countSelects
	countMutexes
	countRWMutexes
	countSemaphores
	countWaitGroups
	countConds
	countSyscalls
	countBlocking
	countPipes
	countSleeps
	countFired
	countUndone
	countTicks
	countFuncs
	countNetBytes
	countTimeouts
	countNetClosed
	countResets
	countStops
	countProcs
	countForEachP
	countLocked
	countBlocks
	countRecovered
	countGoexits
	countSubmitted
	countErrands
	countDumps
	countListed
	countStats
	countGCs
	countRuns
	countEvents
	countDeadlocks
	countPanics

	numCounts
)

// countNames are for the progress: in as few letters as can be understood.
var countNames = [numCounts]string{
	"Gs", "deep", "yields", "checkpoints", "chan", "select", "mutex", "rwmutex", "semaphore", "waitgroup", "cond",
	"syscalls", "blocking", "pipes", "sleeps", "timers", "undone", "ticks", "funcs",
	"net-bytes", "net-timeouts", "net-closed", "net-resets", "stops", "procs", "forEachP", "locked",
	"blocks", "recovered", "goexits", "submitted", "errands", "dumps", "listed", "stats", "gcs",
	"runs", "events", "deadlocks", "panics",
}

func (c count) String() string { return countNames[c] }

// counts is what has happened. Whoever watches sees by it that things go on.
type counts [numCounts]struct {
	n atomic.Int64
	_ [56]byte // a cache line each
}

func (c *counts) add(what count, n int) { c[what].n.Add(int64(n)) }

func (c *counts) get(what count) int64 { return c[what].n.Load() }

// endless is what goroutines outside do for as long as a program takes, and so no sign
// that the program goes on.
var endless = counted(countDumps, countListed, countStats, countGCs)

// progress grows as long as programs go on.
func (c *counts) progress() (sum int64) {
	for what := range numCounts {
		if !slices.Contains(endless, what) {
			sum += c.get(what)
		}
	}
	return sum
}

// missing returns what the design of lacks promises, and what never happened.
func (c *counts) missing(lacks rt.Lacks) (list []count) {
	for _, k := range slices.Concat(kinds, endings) {
		for _, what := range k.counts {
			if k.fits(lacks) && c.get(what) == 0 && !slices.Contains(list, what) {
				list = append(list, what)
			}
		}
	}
	return list
}

func (c *counts) snapshot() (now [numCounts]int64) {
	for what := range numCounts {
		now[what] = c.get(what)
	}
	return now
}
