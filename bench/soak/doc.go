// Command soak runs programs that are drawn at random on one design, one after the other,
// until the time is over. It verifies all that they do.
//
//	go run ./bench/soak -design gpm -minutes 10 -seed 1 -procs 2
//	go run ./bench/soak -design gpm -seed 1 -round 17  that program again and again
//	go run ./bench/soak -design gpm -mode blocked      a million Gs, blocked at the same moment
//	go run ./bench/soak -design gpm -mode short        a hundred million Gs in one Run
//
// # A round
//
// Each round draws a program from the seed and the number of the round, makes a scheduler,
// runs the program, closes the scheduler, and looks at what is left. A program consists of
// parts. A part is Gs that do one kind of thing (the files do_*.go, the table in kind.go), or
// a goroutine outside that submits, dumps or collects garbage meanwhile.
//
// Kinds are dealt like cards, so that each comes up in each lap of rounds. The first lap is
// always finished, and a few more follow if something has not happened yet. Some programs end
// in a deadlock or a panic, which the scheduler must report.
//
// What a design does not promise is not in its programs. What it promises must have happened
// by the end: a kind that never did is an error.
//
// # What is checked
//
//   - Exactly once: each G has a token that counts its beginnings and ends.
//   - Each part checks its answer: sums, contents, order, times that are not too short.
//   - Silence: while the world is stopped no token moves, in two looks.
//   - At most Procs Gs run at the same moment.
//   - A deadlock lists exactly the Gs that are blocked; a panic is the one that happened.
//   - Stats agree with the tokens; event streams tell a possible life of each G.
//   - A round leaves nothing behind: no goroutine, no descriptor, no other GOMAXPROCS.
//
// # When it fails
//
// A wrong answer ends the soak with exit status 1. It prints the design, seed and round, and
// the command that replays the program. That draws the same program; the timing of the
// threads is not replayed, so -round repeats the program until the time is over.
//
// When nothing has happened for a minute, it prints the state of the scheduler and all stacks,
// and ends with status 2, as for bad flags. When a scheduler itself finds that it is broken,
// it ends the process with a panic; the stacks are labeled with design, seed and round.
//
// An interrupt ends the soak after the current round, with the summary and status 130. If
// nothing was wrong, the last line says so: "ok: ..." or "interrupted, nothing wrong so far:
// ...".
//
// It errs towards missed bugs. A check sees only what happened in this timing, and a G that
// runs in a stopped world only if it does so between the two looks.
//
// # Files
//
//	main.go         the command
//	options.go      its flags, and the modes
//	mix.go          mode mix: rounds
//	blocked.go      mode blocked
//	short.go        mode short
//	plan.go         a program, as the seed and the round decide it
//	program.go      a plan at work
//	kind.go         the table of what programs do, and of how they end
//	actor.go        a G of a program, as its own body sees it
//	do_spawn.go     kinds: trees, chains, deep stacks, yields, Goexit, panics
//	do_sync.go      kinds: channels and locks
//	do_kernel.go    kinds: system calls and pipes
//	do_time.go      kinds: sleeps and timers
//	do_net.go       kinds: connections
//	pair_unix.go    their socket pairs
//	pair_other.go   none, where the system has none
//	do_world.go     kinds: stops of the world, Ps, locked Ms, memory caches
//	do_outside.go   kinds: goroutines outside of the scheduler
//	do_end.go       how programs end
//	token.go        what is counted of each G
//	count.go        what is counted of all programs
//	balance.go      Stats, compared with that
//	events.go       the event stream, compared with possible lives
//	remains.go      what a round leaves behind
//	watch.go        progress, and the end of a soak that hangs
//	label.go        labels of the stacks of a panic
//	text.go         numbers and tables as text
//	divide.go       the size of programs
//	divide_race.go  the same, with the race detector
package main
