package main

import "slices"

// section is one question that a comparison answers.
type section struct {
	title string
	units []string // as benchfmt reads them: see figure
}

// timeUnit is measured of every cell.
const timeUnit = "sec/op"

var standard = []section{
	{"Time", []string{timeUnit}},
	{"Lock contention", []string{"contended/op", "lock-wait-sec/op", "futex/op"}},
	{"Latency from ready to run", []string{"ready-p50-sec", "ready-p99-sec", "ready-p99.9-sec"}},
	{"Steals, migrations and wakeups", []string{"steals/op", "migrations/op", "wakes/op"}},
	{"Memory", []string{"B/op", "allocs/op"}},
}

// sections returns the standard sections and one for the figures that only some
// workloads have, each with the units that occur.
func sections(units []string) []section {
	var list []section
	rest := slices.Clone(units)
	for _, s := range standard {
		missing := func(u string) bool { return !slices.Contains(units, u) }
		rest = slices.DeleteFunc(rest, func(u string) bool { return slices.Contains(s.units, u) })
		list = append(list, section{s.title, slices.DeleteFunc(slices.Clone(s.units), missing)})
	}
	list = append(list, section{"The workloads' own figures (see the head comment of each)", rest})
	return slices.DeleteFunc(list, func(s section) bool { return len(s.units) == 0 })
}
