package main

import (
	"slices"
	"sync/atomic"

	"schedlab/rt"
)

// count is a thing that programs do, and that is counted.
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

// countNames are for the progress, so they are as short as can be understood.
var countNames = [numCounts]string{
	countGs:          "Gs",
	countDeep:        "deep",
	countYields:      "yields",
	countCheckpoints: "checkpoints",
	countChans:       "chan",
	countSelects:     "select",
	countMutexes:     "mutex",
	countRWMutexes:   "rwmutex",
	countSemaphores:  "semaphore",
	countWaitGroups:  "waitgroup",
	countConds:       "cond",
	countSyscalls:    "syscalls",
	countBlocking:    "blocking",
	countPipes:       "pipes",
	countSleeps:      "sleeps",
	countFired:       "timers",
	countUndone:      "undone",
	countTicks:       "ticks",
	countFuncs:       "funcs",
	countNetBytes:    "net-bytes",
	countTimeouts:    "net-timeouts",
	countNetClosed:   "net-closed",
	countResets:      "net-resets",
	countStops:       "stops",
	countProcs:       "procs",
	countForEachP:    "forEachP",
	countLocked:      "locked",
	countBlocks:      "blocks",
	countRecovered:   "recovered",
	countGoexits:     "goexits",
	countSubmitted:   "submitted",
	countErrands:     "errands",
	countDumps:       "dumps",
	countListed:      "listed",
	countStats:       "stats",
	countGCs:         "gcs",
	countRuns:        "runs",
	countEvents:      "events",
	countDeadlocks:   "deadlocks",
	countPanics:      "panics",
}

func (c count) String() string { return countNames[c] }

// counts is how often each has happened. The watch sees by it that the soak goes on.
type counts [numCounts]struct {
	n atomic.Int64
	_ [56]byte // a cache line each
}

func (c *counts) add(what count, n int) { c[what].n.Add(int64(n)) }

func (c *counts) get(what count) int64 { return c[what].n.Load() }

// endless are the things that goroutines outside do for as long as a program takes. They are
// no sign that the program goes on.
var endless = counted(countDumps, countListed, countStats, countGCs)

// progress is a number that grows as long as programs go on.
func (c *counts) progress() (sum int64) {
	for what := range numCounts {
		if !slices.Contains(endless, what) {
			sum += c.get(what)
		}
	}
	return sum
}

// missing returns what has never happened, though a design that lacks only this does it.
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
