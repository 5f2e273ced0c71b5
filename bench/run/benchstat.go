package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"schedlab/bench"
)

// writeText writes benchstat's tables: a row for each workload and number of Ps, a column for
// each design.
func writeText(ctx context.Context, w io.Writer, r *results) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n", r.env)
	for _, line := range r.failures() {
		fmt.Fprintln(&out, line)
	}
	for _, line := range r.bistableCells() {
		fmt.Fprintln(&out, line)
	}
	for _, why := range reasons(r.declined) {
		fmt.Fprintln(&out, "left out:", why)
	}
	if few := r.tooFew(); few != "" {
		fmt.Fprintln(&out, few)
	}
	for _, g := range groups(r.designs) {
		for _, s := range sections(r.metrics) {
			fmt.Fprintf(&out, "\n%s: %s\nRows: workload, procs.\n\n", g.title, s.title)
			if err := benchstat(ctx, &out, r, s.metrics, g.designs); err != nil {
				return err
			}
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// benchstat runs the tool of that name, in the version that go.mod states.
func benchstat(
	ctx context.Context, w io.Writer, r *results, metrics []bench.Metric, designs []string,
) error {
	args := append([]string{"tool", "benchstat",
		"-table", "", "-ignore", ".config",
		"-row", "/workload@(" + strings.Join(r.workloads, " ") + "),/procs@num",
		"-col", "/design@(" + strings.Join(designs, " ") + ")",
		"-filter", unitFilter(metrics)}, r.files...)
	var text, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = &text, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		return fmt.Errorf("go tool benchstat: %v: %s", err, errs.Bytes())
	}
	_, err := w.Write(tooFewNote.ReplaceAll(text.Bytes(), nil))
	return err
}

// tooFewNote is what benchstat says below each table that has too few samples. tooFew says it
// once for all.
var tooFewNote = regexp.MustCompile(`(?m)^\S+ need >= .*\n`)

func unitFilter(metrics []bench.Metric) string {
	quoted := make([]string, len(metrics))
	for i, m := range metrics {
		quoted[i] = strconv.Quote(m.Key())
	}
	return ".unit:(" + strings.Join(quoted, " OR ") + ")"
}
