package designtest

import "schedlab/designs"

// needs is what a property asks that not every design promises.
func needs(list ...designs.Promise) []designs.Promise {
	return list
}

// properties are what Run checks, in the order in which it does: what others
// build on comes first.
var properties = []property{
	{name: "OnceSpawnedByOne", check: spawnedByOne},
	{name: "OnceSpawnedByMany", check: spawnedByMany},
	{name: "OnceDeepTree", check: deepTree},
	{name: "OnceBinaryTree", check: binaryTree},
	{name: "OnceRandomTree", check: randomTree},
	{name: "OnceOneAfterAnother", check: oneAfterAnother},
	{name: "OnceDistinctIDs", check: distinctIDs, needs: needs(designs.KnowsItsGs)},

	{name: "YieldAlone", check: yieldAlone},
	{name: "YieldTakesTurns", check: yieldTakesTurns},

	{name: "ParkReadiedInAnyOrder", check: readiedInAnyOrder, needs: needs(designs.Parks)},
	{name: "ParkCommitRefuses", check: commitRefuses, needs: needs(designs.Parks)},
	{name: "ParkCommitPublishes", check: commitPublishes, needs: needs(designs.Parks)},
	{name: "ParkRing", check: ring, needs: needs(designs.Parks)},
	{name: "ParkStorm", check: parkStorm, needs: needs(designs.Parks)},
	{name: "ParkManyBlocked", check: manyBlocked, needs: needs(designs.Parks), procs: 2},

	{name: "ChanKeepsOrder", check: chanKeepsOrder},
	{name: "ChanLosesNothing", check: chanLosesNothing},
	{name: "ChanCloseWakes", check: chanCloseWakes},
	{name: "ChanTries", check: chanTries},
	{name: "ChanMisuse", check: chanMisuse},
	{name: "ChanSieve", check: sieve},
	{name: "SelectLosesNothing", check: selectLosesNothing},
	{name: "SelectsMeet", check: selectsMeet},
	{name: "SelectIsFair", check: selectIsFair},
	{name: "SelectDefault", check: selectDefault},
	{name: "MutexExcludes", check: mutexExcludes},
	{name: "RWMutexExcludes", check: rwMutexExcludes},
	{name: "SemaphoreLimits", check: semaphoreLimits},
	{name: "WaitGroupWaits", check: waitGroupWaits},
	{name: "CondSignals", check: condSignals},
	{name: "CondBroadcasts", check: condBroadcasts},

	{name: "SyscallsShort", check: shortSyscalls},
	{name: "SyscallBlockedLetsOthersRun", check: blockedInSyscall, needs: needs(designs.BesideSyscall)},
	{name: "SyscallBlockingLetsOthersRun", check: blockedInBlockingSyscall, needs: needs(designs.BesideBlocking)},
	{name: "SyscallRing", check: ringOfSyscalls, needs: needs(designs.BesideSyscall)},
	{name: "SyscallBlockingRing", check: ringOfBlockingSyscalls, needs: needs(designs.BesideBlocking)},
	{name: "SyscallIsNoDeadlock", check: syscallIsNoDeadlock, needs: needs(designs.Parks)},
	{name: "SyscallBesideIdle", check: idleBesideSyscall, needs: needs(designs.BesideBlocking)},

	{name: "ParallelAtMostProcs", check: atMostProcs, needs: needs(designs.SafePoints, designs.Parks)},
	{name: "ParallelProcsMeet", check: procsMeet, needs: needs(designs.Conserves, designs.Parks)},

	{name: "FairYielders", check: yieldersLetIn},
	{name: "FairRespawners", check: respawnersLetIn, needs: needs(designs.FairQueues)},
	{name: "FairReadiers", check: readiersLetIn, needs: needs(designs.FairReadies, designs.Parks)},
	{name: "FairHogs", check: hogsLetIn, needs: needs(designs.Preempts)},

	{name: "EndPanicsComeOut", check: panicsComeOut},
	{name: "EndPanicsOfAnyValue", check: panicsOfAnyValue},
	{name: "EndPanicAfterWaiting", check: panicAfterWaiting, needs: needs(designs.Parks)},
	{name: "EndPanicOfSubmitted", check: panicOfSubmitted},
	{name: "EndRecoveredPanics", check: recoveredPanics},
	{name: "EndCallsThatUnwind", check: callsThatUnwind, needs: needs(designs.Conserves)},
	{name: "EndGoexits", check: goexits},
	{name: "EndGoexitsAndWaits", check: goexitsAndWaits, needs: needs(designs.Parks)},
	{name: "EndPanicStopsOthers", check: panicStopsOthers, needs: needs(designs.StopsOnPanic)},
	{name: "EndPanicBesideSyscall", check: panicBesideSyscall, needs: needs(designs.StopsOnPanic, designs.BesideBlocking)},
	{name: "EndPanicBesideSubmitters", check: panicBesideSubmitters},
	{name: "EndTwoPanics", check: twoPanics},

	{name: "LifeRunsAgain", check: runsAgain},
	{name: "LifeManySchedulers", check: manySchedulers},
	{name: "LifeSubmittedDuringRun", check: submittedDuringRun},
	{name: "LifeSubmittedBeforeRun", check: submittedBeforeRun},
	{name: "LifeRunBesideSubmitters", check: runBesideSubmitters},
	{name: "LifeCloseWaits", check: closeWaits},
	{name: "LifeCloseBesideSubmitters", check: closeBesideSubmitters},
	{name: "LifeClosedAtOnce", check: closedAtOnce},
	{name: "LifeClosedTwice", check: closedTwice},
	{name: "LifeClosedByMany", check: closedByMany},
	{name: "LifeOneRunAtATime", check: oneRunAtATime},
	{name: "LifeRunsOfMany", check: runsOfMany},
	{name: "LifeStatsBesideRun", check: statsBesideRun},
	{name: "HoldKeepsRun", check: holdKeepsRun},
	{name: "HoldIsNoDeadlock", check: holdIsNoDeadlock, needs: needs(designs.Parks)},
	{name: "HoldForbidsClose", check: holdForbidsClose},
	{name: "DeadlockIsReported", check: deadlockIsReported, needs: needs(designs.DetectsDeadlock)},
	{name: "DeadlockAfterHold", check: deadlockAfterHold, needs: needs(designs.DetectsDeadlock)},
	{name: "DeadlockAtClose", check: closeAbandonsBlocked, needs: needs(designs.DetectsDeadlock)},

	{name: "MisuseBadConfig", check: badConfig},
	{name: "MisuseNilFunction", check: nilFunction},
	{name: "MisuseDoubleReady", check: doubleReady, needs: needs(designs.KnowsItsGs)},
	{name: "MisuseReadyOfRunning", check: readyOfRunning, needs: needs(designs.KnowsItsGs)},
	{name: "MisuseReadyOfForeign", check: readyOfForeign, needs: needs(designs.KnowsItsGs)},
	{name: "MisuseNestedSyscall", check: nestedSyscall, needs: needs(designs.KnowsItsGs)},
	{name: "MisuseUsedAfterEnd", check: usedAfterEnd, needs: needs(designs.KnowsItsGs), procs: 1},
	{name: "MisuseUsedWhileWaiting", check: usedWhileWaiting, needs: needs(designs.KnowsItsGs), procs: 1},

	{name: "CountersBalance", check: countersBalance, needs: needs(designs.Counts)},
	{name: "CountsAfterHold", check: countsAfterHold, needs: needs(designs.Counts)},
	{name: "CountsReadyTimes", check: readyTimes, needs: needs(designs.Counts)},
	{name: "CountsSampledReadyTimes", check: readyTimesAreSampled, needs: needs(designs.Counts)},
}
