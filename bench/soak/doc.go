// Command soak runs programs drawn at random on one design, one after the other,
// until the time is over, and verifies all that they do.
//
//	go run ./bench/soak -design gpm -minutes 10 -seed 1 -procs 2
//	go run ./bench/soak -design gpm -seed 1 -round 17       that program again and again
//	go run ./bench/soak -design gpm -mode blocked           a million Gs that are blocked at the same time
//	go run ./bench/soak -design gpm -mode short             a hundred million Gs in one Run
//
// # A round
//
// Each round draws a program from the seed and its number, makes a scheduler, runs
// the program, closes the scheduler and looks at what is left. A program consists of
// parts: Gs that do one kind of thing each (the files named do_*.go; see kinds), and
// goroutines outside that submit, dump and collect garbage meanwhile. Kinds are dealt
// like cards, so each comes up in each lap of rounds; the first lap is always finished,
// and a few more if something has not happened yet.
// Some programs end in a deadlock or a panic, and must be told of it.
//
// What a design does not promise is not in its programs. What it promises must have
// happened by the end: a kind that never did is an error.
//
// # What is checked
//
//   - Exactly once: each G has a token that counts its beginnings and ends.
//   - Each part checks its answer: sums, contents, order, times not too short.
//   - Silence: while the world is stopped no token moves, in two looks.
//   - At most Procs Gs run at the same moment.
//   - A deadlock lists exactly the Gs that are blocked, a panic is the one that was.
//   - Stats balance with the tokens; event streams tell a possible life of each G.
//   - Nothing is left of a round: goroutines, descriptors, GOMAXPROCS.
//
// # When it fails
//
// A wrong answer ends the soak with design, seed and round, and the command that
// replays the program: exit status 1. That draws the same program. The threads' timing
// is not replayed, so -round repeats it until the time is over. When nothing has
// happened for a minute it prints the state of the scheduler and all stacks: exit
// status 2, as for bad flags. What a scheduler itself reports as broken ends the process
// with a panic, whose stacks are labeled with design, seed and round. An interrupt
// ends the soak after the round that is under way, with the summary: 130. If nothing
// was wrong the last line says so: "ok: ..." or "interrupted, nothing wrong so far: ...".
//
// It errs towards missed bugs: a check sees what happened in this timing, and a G that
// runs in a stopped world only if it does so between the two looks.
package main
