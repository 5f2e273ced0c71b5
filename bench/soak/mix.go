package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"schedlab/rt"
	"schedlab/rt/event"
)

// mix is a soak that consists of rounds.
type mix struct {
	o      options
	out    io.Writer
	counts counts
	watch  *watch
	stats  rt.Stats // of all schedulers
	rounds int
	leave  time.Duration // how long goroutines and descriptors may take to be gone
}

func newMix(o options, out io.Writer) *mix {
	m := &mix{o: o, out: out, leave: leavePatience}
	m.watch = newWatch(o, out, &m.counts)
	return m
}

// soakMix is mode mix.
func soakMix(ctx context.Context, o options, out io.Writer) error {
	m := newMix(o, out)
	fmt.Fprintf(out, "design %s, seed %d, procs %d, %v\n", o.row.Name, o.seed, o.procs, o.time)
	for _, p := range rt.Promises {
		if why, lacking := o.row.Lacks[p]; lacking {
			fmt.Fprintf(out, "not promised, and so not asked: %s (%s)\n", p, why)
		}
	}
	if descriptors() == 0 {
		fmt.Fprintln(out, "this system does not list descriptors: "+
			"whether some are left is not checked")
	}
	m.watch.start()
	defer m.watch.stop()
	err := m.run(ctx)
	m.watch.stop()
	err = errors.Join(err, m.summary(ctx.Err() != nil || err != nil || o.round != anyRound))
	if err == nil {
		said := fmt.Sprintf("%d rounds, %d Gs: none lost, none run twice, all answers right",
			m.rounds, m.counts.get(countGs))
		fmt.Fprintln(out, verdict(ctx, said))
	}
	return err
}

// run runs rounds until the time is over.
func (m *mix) run(ctx context.Context) error {
	for end := time.Now().Add(m.o.time); ctx.Err() == nil; m.rounds++ {
		if time.Now().After(end) && !m.needsMore() {
			break
		}
		n := m.rounds
		if m.o.round != anyRound {
			n = m.o.round
		}
		if err := m.round(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// maxLaps limits the laps of a soak whose time is over, in which something has not happened
// yet: in a program that panics, a part may not get to it.
const maxLaps = 4

// needsMore says whether to go on after the time is over: until the first lap is finished, and
// until everything has happened.
func (m *mix) needsMore() bool {
	if m.o.round != anyRound {
		return false
	}
	lap, missing := firstLap(m.o.row.Lacks), m.counts.missing(m.o.row.Lacks)
	return m.rounds < lap || m.rounds < maxLaps*lap && len(missing) > 0
}

// round runs a program on a scheduler of its own.
func (m *mix) round(ctx context.Context, n int) error {
	pl := draw(m.o, n)
	where := fmt.Sprintf("design %s, procs %d, seed %d, round %d (%v)",
		m.o.row.Name, m.o.procs, m.o.seed, n, pl)
	label(ctx, where)
	defer label(ctx, nowhere)
	if err := m.program(pl, where); err != nil {
		text := strings.ReplaceAll(err.Error(), "\n", "\n\t")
		return fmt.Errorf("%s:\n\t%s\n"+
			"the same program again and again, in other timings of the threads: "+
			"go run ./bench/soak -design %s -procs %d -seed %d -round %d",
			where, text, m.o.row.Name, m.o.procs, m.o.seed, n)
	}
	return nil
}

// program runs a program, and checks everything about it.
func (m *mix) program(pl *plan, where string) error {
	before, had := look(), m.counts.snapshot()
	p := newProgram(pl, m.o.row.Lacks, &m.counts)
	log := event.Log{Limit: maxEvents}
	if pl.ending.events {
		pl.cfg.Events = &log
	}
	s, err := m.o.row.New(pl.cfg)
	if err != nil {
		return err
	}
	m.watch.looksAt(where, m.rounds, s)
	err = p.run(s)
	stats := s.Stats()
	m.stats.Add(&stats)
	m.watch.looksAway()
	did := func(c count) int64 { return m.counts.get(c) - had[c] }
	errs := []error{err, p.balance(stats, did)}
	if pl.ending.events && log.Dropped() == 0 {
		events := log.Events()
		least, most := p.left(stats, did)
		errs = append(errs, checkEvents(events, stats, least, most))
		m.counts.add(countEvents, len(events))
	}
	return errors.Join(append(errs, nothingLeft(before, m.leave))...)
}

// summary prints how often each thing has happened. It returns an error if one never did,
// unless the soak was cut short.
func (m *mix) summary(short bool) error {
	var missing []count
	if !short {
		missing = m.counts.missing(m.o.row.Lacks)
	}
	fmt.Fprintf(m.out, "%d rounds\n%s", m.rounds, table(&m.counts, missing))
	if _, lacking := m.o.row.Lacks[rt.Counts]; !lacking {
		fmt.Fprintf(m.out, "the schedulers: %s\n", inStats(m.stats))
	}
	if len(missing) > 0 {
		return fmt.Errorf("never happened: %v; the soak has not tested that: let it run longer",
			missing)
	}
	return nil
}

// inStats writes the counters that tell what went on inside of the schedulers.
func inStats(s rt.Stats) string {
	return fmt.Sprintf("executed %s, migrated %s, preempted %s, steals %s, handoffs %s, "+
		"retakes %s, overflows %s, parks %s, polled %s, timers fired %s, world stops %s, Ms %s",
		si(s.Executed), si(s.Migrated), si(s.Preempted), si(s.Steals), si(s.Handoffs),
		si(s.Retakes), si(s.Overflows), si(s.Parks), si(s.Polled), si(s.TimersFired),
		si(s.Stops), si(s.Ms))
}
