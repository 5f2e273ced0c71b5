package main

import (
	"fmt"
	"strconv"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"schedlab/bench"
)

// cellKeys are what bench.Cell.String writes, in the order of its fields.
const cellKeys = "/workload,/design,/procs"

// parseCell returns the cell with which a benchmark's name ends. It is the inverse of
// bench.Cell.String.
func parseCell(name benchfmt.Name) (bench.Cell, error) {
	var parser benchproc.ProjectionParser
	keys, err := parser.Parse(cellKeys, nil)
	if err != nil {
		return bench.Cell{}, err
	}
	key, fields := keys.Project(&benchfmt.Result{Name: name}), keys.Fields()
	c := bench.Cell{Workload: key.Get(fields[0]), Design: key.Get(fields[1])}
	c.Procs, err = strconv.Atoi(key.Get(fields[2]))
	if err != nil || c.Workload == "" || c.Design == "" || c.Procs == 0 {
		return c, fmt.Errorf("benchmark %q does not have the form "+
			".../workload=W/design=D/procs=N", name)
	}
	return c, nil
}
