package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// si writes a number in three digits, with the prefix of the SI.
func si[T int64 | uint64 | int](n T) string {
	f := float64(n)
	for _, unit := range []string{"", "k", "M", "G"} {
		if f < 999.5 {
			if unit == "" || f >= 99.5 {
				return fmt.Sprintf("%.0f%s", f, unit)
			}
			return fmt.Sprintf("%.1f%s", f, unit)
		}
		f /= 1000
	}
	return fmt.Sprintf("%.1fT", f)
}

// verdict is the last line of a soak in which nothing was wrong.
func verdict(ctx context.Context, what string) string {
	if ctx.Err() != nil {
		return "interrupted, nothing wrong so far: " + what
	}
	return "ok: " + what
}

// lineWidth limits the lines of the progress.
const lineWidth = 120

const indent = "  "

// lines returns all counts but those that are 0, many to a line.
func lines(c *counts) string {
	var w strings.Builder
	line := indent
	for what := range numCounts {
		n := c.get(what)
		if n == 0 {
			continue
		}
		item := fmt.Sprintf("  %s %s", si(n), what)
		if len(line)+len(item) > lineWidth {
			fmt.Fprintln(&w, line)
			line = indent
		}
		line += item
	}
	fmt.Fprintln(&w, line)
	return w.String()
}

// table returns all counts, a line each; missing are those that should not be 0.
func table(c *counts, missing []count) string {
	var w strings.Builder
	for what := range numCounts {
		note := ""
		if slices.Contains(missing, what) {
			note = "  NEVER HAPPENED"
		}
		fmt.Fprintf(&w, "%14s %d%s\n", what, c.get(what), note)
	}
	return w.String()
}
