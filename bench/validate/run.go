package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// result is a line of a raw file: one simulation, or one cell of the real host.
type result struct {
	Name  string  `json:"name"` // of the curve, or of the variation
	At    int     `json:"at,omitempty"`
	Cell  string  `json:"cell,omitempty"`
	Seed  uint64  `json:"seed"`
	Value float64 `json:"value"`
	Error string  `json:"error,omitempty"`

	Counters map[string]float64 `json:"counters,omitempty"` // per operation
}

// key orders the lines of a file.
func (r result) key() string { return fmt.Sprintf("%s|%s|%6d|%3d", r.Name, r.Cell, r.At, r.Seed) }

// simulateAll runs part of the simulations in each of several processes of the sim build, since
// a process has one machine at a time. It returns the results in the order of their keys.
func simulateAll(ctx context.Context, program string, o options) ([]result, error) {
	var all []result
	var failure error
	var mu sync.Mutex
	var wg sync.WaitGroup
	for part := range o.processes {
		wg.Go(func() {
			found, err := simulatePart(ctx, program, o, part)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, found...)
			if err != nil && failure == nil {
				failure = err
			}
		})
	}
	wg.Wait()
	sortResults(all)
	return all, failure
}

func sortResults(list []result) {
	slices.SortFunc(list, func(a, b result) int { return strings.Compare(a.key(), b.key()) })
}

func simulatePart(
	ctx context.Context, program string, o options, part int,
) (found []result, err error) {
	cmd := exec.CommandContext(ctx, program, "-child", o.child, "-only", o.only,
		"-seeds", fmt.Sprint(o.seeds), "-part", fmt.Sprint(part), "-of", fmt.Sprint(o.processes))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	found, err = readResults(out)
	if waited := cmd.Wait(); waited != nil {
		err = fmt.Errorf("%s: part %d of %d: %w", o.child, part, o.processes, waited)
	}
	return found, err
}

func readResults(r io.Reader) (list []result, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one result
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return list, err
		}
		list = append(list, one)
	}
	return list, lines.Err()
}

func load(dir, name string) ([]result, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readResults(f)
}

// saveNewer replaces the results of those names that list has anew: all, or those of only.
func saveNewer(dir, name, only string, list []result) error {
	if only != "" {
		old, err := load(dir, name)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		for _, r := range old {
			if !wanted(only, r.Name) {
				list = append(list, r)
			}
		}
		sortResults(list)
	}
	return save(dir, name, list)
}

// wanted says whether a list of names, with commas between, has name; an empty one has all.
func wanted(only, name string) bool {
	return only == "" || slices.Contains(strings.Split(only, ","), name)
}

func save(dir, name string, list []result) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	var text []byte
	for _, r := range list {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	return os.WriteFile(filepath.Join(dir, name), text, 0o666)
}

// buildSim builds this command with the tag sim.
func buildSim(ctx context.Context, module, dir string) (program string, err error) {
	program = filepath.Join(dir, "validate.sim")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "sim", "-o", program,
		"./bench/validate")
	cmd.Dir, cmd.Stderr = module, os.Stderr
	return program, cmd.Run()
}
