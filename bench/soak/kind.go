package main

import (
	"slices"

	"schedlab/rt"
)

// kind is one thing that programs do: by work, by beside, by both, or by how they end.
type kind struct {
	name   string
	needs  []rt.Promise
	counts []count // what it does; none may be 0 at the end

	work   func(x *actor)            // what a G does
	beside func(b *beside)           // what a goroutine outside does, during a Run
	ends   func(p *program) *outcome // how the program ends
	events bool                      // the event stream is checked
	panics bool                      // other Gs may be abandoned wherever they are
}

func needs(list ...rt.Promise) []rt.Promise { return list }

func counted(list ...count) []count { return list }

// kinds are dealt to programs.
var kinds = []kind{
	{name: "tree", work: growTree, counts: counted(countGs)},
	{name: "chain", work: growChain, counts: counted(countGs)},
	{name: "deep", work: goDeep, counts: counted(countDeep)},
	{name: "yield", work: giveWay, counts: counted(countYields, countCheckpoints)},
	{name: "chan", work: passValues, counts: counted(countChans)},
	{name: "select", work: selectValues, counts: counted(countSelects)},
	{name: "mutex", work: exclude, counts: counted(countMutexes)},
	{name: "rwmutex", work: readAndWrite, counts: counted(countRWMutexes)},
	{name: "semaphore", work: limit, counts: counted(countSemaphores)},
	{name: "waitgroup", work: meetAgain, counts: counted(countWaitGroups)},
	{name: "cond", work: boundedBuffer, counts: counted(countConds)},
	{name: "syscall", work: callKernel, counts: counted(countSyscalls, countBlocking)},
	{name: "pipes", work: passPipes, counts: counted(countPipes),
		needs: needs(rt.BesideBlocking)},
	{name: "sleep", work: sleepAll, counts: counted(countSleeps)},
	{name: "timer", work: raceTimers, counts: counted(countFired, countUndone)},
	{name: "ticker", work: tick, counts: counted(countTicks)},
	{name: "afterfunc", work: callLater, counts: counted(countFuncs)},
	{name: "echo", work: echoStreams, counts: counted(countNetBytes)},
	{name: "net-trouble", work: troubleNet,
		counts: counted(countTimeouts, countNetClosed, countResets)},
	{name: "stop", work: stopWorld, counts: counted(countStops),
		needs: needs(rt.StopsWorld)},
	{name: procsKind, work: changeProcs, counts: counted(countProcs)},
	{name: "forEachP", work: visitPs, counts: counted(countForEachP),
		needs: needs(rt.HasPs)},
	{name: "locked", work: lockMs, counts: counted(countLocked)},
	{name: "cache", work: useCaches, counts: counted(countBlocks)},
	{name: "recover", work: recoverPanics, counts: counted(countRecovered)},
	{name: "goexit", work: goexit, counts: counted(countGoexits)},
	{name: "submit", beside: submit, counts: counted(countSubmitted)},
	{name: "errand", work: sendErrands, beside: runErrands, counts: counted(countErrands)},
	{name: "dump", beside: dump, counts: counted(countDumps, countListed)},
	{name: "stats", beside: readStats, counts: counted(countStats)},
	{name: "gc", beside: collect, counts: counted(countGCs)},
}

// procsKind changes how many Gs may run.
const procsKind = "procs"

// endings are dealt to programs, one to each.
var endings = []kind{
	{name: "returns", ends: returns, counts: counted(countRuns)},
	{name: "deadlocks", ends: deadlocks, counts: counted(countDeadlocks),
		needs: needs(rt.DetectsDeadlock)},
	{name: "returns, watched", ends: returns, events: true, counts: counted(countEvents),
		needs: needs(rt.KnowsItsGs)},
	{name: "panics", ends: panicsAtEnd, panics: true, counts: counted(countPanics)},
	{name: "returns", ends: returns, counts: counted(countRuns)},
	{name: "panics amid", ends: panicsAmid, panics: true, counts: counted(countPanics),
		needs: needs(rt.StopsOnPanic)},
	{name: "deadlocks at Close", ends: deadlocksAtClose, counts: counted(countDeadlocks),
		needs: needs(rt.DetectsDeadlock)},
	{name: "deadlocks, watched", ends: deadlocks, events: true, counts: counted(countEvents),
		needs: needs(rt.KnowsItsGs, rt.DetectsDeadlock)},
}

// fits says whether a design that lacks only this can do it.
func (k *kind) fits(lacks rt.Lacks) bool {
	return !slices.ContainsFunc(k.needs, func(p rt.Promise) bool {
		_, lacking := lacks[p]
		return lacking
	})
}

// fitting returns those of list that fit.
func fitting(list []kind, lacks rt.Lacks) (fit []*kind) {
	for i := range list {
		if list[i].fits(lacks) {
			fit = append(fit, &list[i])
		}
	}
	return fit
}
