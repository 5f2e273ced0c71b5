// Command run compares the designs. It runs every workload on every design in fresh,
// interleaved processes, keeps in raw files what they measured, and compares that with
// benchstat.
//
//	go run ./bench/run                    the quick comparison, some 7 minutes on 2 cores
//	go run ./bench/run -full              all designs, large workloads: hours
//	go run ./bench/run -machine server64  curves on 1 to 128 simulated CPUs, some 5 minutes
//	go run ./bench/run -workloads=NAMES -designs=NAMES -procs=1,2
//	go run ./bench/run -compare DIR       compare again what stands in DIR
//	go run ./bench/run -compare quick -readme FILE
//
// A run ends with the times. For -compare, a name stands for the newest folder of that name,
// and newest for the newest of all, by the dates in environment.txt.
//
// # Results
//
// The results are written to the folder results/MACHINE/quick or results/MACHINE/full. If a
// flag changes what the comparison consists of, the folder has the name that -as gives, or
// the time, which git ignores:
//
//	environment.txt  what was measured on, with, and how
//	DESIGN.txt       raw: Go benchmark format, the environment before the samples
//	comparison.txt   benchstat's tables
//	comparison.md    the same figures, workloads by designs
//	comparison.svg   time and lock contention of the designs as a picture
//
// The folder's name ends in .partial until all samples are there, so that an interrupted
// comparison never replaces a whole one. A whole one is replaced only by one of the same
// flags. The run says at its start what it will replace.
//
// # Simulated machines
//
// With -machine the cells run on simulated CPUs, and the folder is results/sim/MACHINE/curves.
// It has curves.md in place of a comparison.svg, and curve-WORKLOAD.svg for each workload. A
// sample is a run with a seed of its own. The environment is that of the machine, and says
// nothing of the host: the same source makes the same files.
//
// What such a machine cannot run is named at the start, listed in declined.txt, and shown as not
// simulated.
//
// # Failures
//
// A cell of which one sample fails is not measured again. It is shown as failed wherever its
// figures would stand, the raw files have it as a comment, and the exit status is 1. The
// status is 2 for bad flags, and 130 for an interrupt.
//
// # Files
//
//	main.go         what the flags ask for: measure, or compare again
//	options.go      the flags, and the presets quick and full
//	environment.go  the machine, the commit, the command
//	folder.go       folders of results: which is written to, replaced, found
//	plan.go         the order of samples
//	binary.go       the process that measures a sample
//	measure.go      all samples of a plan
//	simulate.go     what differs on a simulated machine
//	sidebyside.go   all samples of a plan, on simulated machines
//	progress.go     how far they are
//	raw.go          raw files, written
//	results.go      raw files, read back
//	cell.go         a cell out of a benchmark's name
//	group.go        designs that are compared with each other
//	section.go      metrics that answer one question
//	benchstat.go    comparison.txt
//	markdown.go     comparison.md
//	picture.go      comparison.svg, from the template picture.svg.tmpl
//	modes.go        cells of two modes, which are never averaged
//	curve.go        a picture of a curve, from the template curve.svg.tmpl
//	curves.go       curves.md, and all pictures
//	usl.go          the universal scalability law of a curve
//	times.go        the times at the end of a run
//	readme.go       the main tables in README
//	readmecurve.go  the curve in README
//	publish.go      all comparisons of a folder
package main
