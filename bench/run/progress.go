package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far the samples are: on one line that is written over, or,
// where that is impossible (a file, CI), a line for every round.
type progress struct {
	out      io.Writer
	overlay  bool
	perRound int
	total    int
	done     int
	failed   int
	started  time.Time
	width    int // of the line to write over
}

func newProgress(out io.Writer, perRound, rounds int) *progress {
	return &progress{out: out, overlay: isTerminal(out), perRound: perRound, total: perRound * rounds,
		started: time.Now()}
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || os.Getenv("CI") != "" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// step says that a sample is done, what it was, and how many cells have failed.
func (p *progress) step(what string, failed int) {
	p.done++
	p.failed = failed
	line := p.line(time.Since(p.started))
	if p.overlay {
		p.overwrite(line + "  " + what)
	} else if p.done%p.perRound == 0 {
		fmt.Fprintln(p.out, line)
	}
}

func (p *progress) line(elapsed time.Duration) string {
	s := fmt.Sprintf("round %d of %d  sample %d of %d  %s left", (p.done+p.perRound-1)/p.perRound,
		p.total/p.perRound, p.done, p.total, short(left(p.done, p.total, elapsed)))
	if p.failed > 0 {
		s += fmt.Sprintf("  %d FAILED", p.failed)
	}
	return s
}

// say writes a line of its own.
func (p *progress) say(line string) {
	if p.overlay {
		p.overwrite("")
		fmt.Fprint(p.out, "\r")
	}
	fmt.Fprintln(p.out, line)
}

func (p *progress) overwrite(line string) {
	fmt.Fprintf(p.out, "\r%-*s", p.width, line)
	p.width = len(line)
}

// end leaves the line.
func (p *progress) end() {
	if p.overlay && p.done > 0 {
		fmt.Fprintln(p.out)
	}
}

// left estimates the time for the rest: samples take as long as they did on
// average. After the first round that is sound, since every round holds the
// same cells.
func left(done, total int, elapsed time.Duration) time.Duration {
	if done == 0 {
		return 0
	}
	return time.Duration(float64(elapsed) / float64(done) * float64(total-done))
}

// guess estimates the time of all samples before the first one: besides
// benchtime, which the last iteration exceeds, a process starts, prepares and
// warms up.
func guess(samples int, benchtime time.Duration, warmUp time.Duration) time.Duration {
	const process = 20 * time.Millisecond
	return time.Duration(samples) * (process + warmUp + benchtime + warmUp/2)
}

func short(d time.Duration) string { return d.Round(time.Second).String() }
