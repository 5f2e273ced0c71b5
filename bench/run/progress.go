package main

import (
	"fmt"
	"io"
	"time"

	"schedlab/internal/progress"
)

// samplesDone shows how far the samples are: on a terminal after each, elsewhere after each
// round.
type samplesDone struct {
	line     *progress.Line
	perRound int
	total    int
	done     int
	failed   int
	started  time.Time
}

func newSamplesDone(out io.Writer, perRound, rounds int) *samplesDone {
	return &samplesDone{
		line:     progress.NewLine(out),
		perRound: perRound,
		total:    perRound * rounds,
		started:  time.Now(),
	}
}

// step says that a sample is done, what it was, and how many cells have failed.
func (p *samplesDone) step(what string, failed int) {
	p.done++
	p.failed = failed
	text := p.text(time.Since(p.started))
	switch {
	case p.line.InPlace():
		p.line.Show(text + "  " + what)
	case p.done%p.perRound == 0:
		p.line.Show(text)
	}
}

// text says how long the rest takes. After the first round that is sound, since every round
// holds the same cells.
func (p *samplesDone) text(elapsed time.Duration) string {
	left := progress.Left(elapsed, int64(p.done), int64(p.total-p.done))
	s := fmt.Sprintf("round %d of %d  sample %d of %d  %s left",
		(p.done+p.perRound-1)/p.perRound, p.total/p.perRound, p.done, p.total, progress.Short(left))
	if p.failed > 0 {
		s += fmt.Sprintf("  %d FAILED", p.failed)
	}
	return s
}

// guess estimates the time of all samples before the first one. Besides benchtime, which the
// last iteration exceeds, a process starts, prepares and warms up.
func guess(samples int, benchtime time.Duration, warmUp time.Duration) time.Duration {
	const process = 20 * time.Millisecond
	return time.Duration(samples) * (process + warmUp + benchtime + warmUp/2)
}
