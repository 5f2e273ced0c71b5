package explore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"runtime"
	"sync"

	"schedlab/explore/internal/engine"
)

// resume loads what an earlier run has left, if there was one.
func (x *exploration) resume(names *engine.ThreadIDs) (*engine.ThreadIDs, error) {
	cfg := x.cfg
	f, err := openState(cfg.resume)
	if err != nil {
		return nil, err
	}
	s := f.Explorations[x.name]
	if s == nil {
		return names, nil
	}
	if err := s.fits(cfg, cfg.resume); err != nil {
		return nil, err
	}
	if s.Result.Violation != nil && !cfg.KeepGoing {
		return names, nil // the program may have been repaired: look again from the beginning
	}
	if s.Binary != binaryHash() {
		return nil, fmt.Errorf("explore: %s was written by another binary: what was explored "+
			"may have changed since; remove it and begin again, or go back to that binary",
			cfg.resume)
	}
	x.before, x.first = s.Result.restore(), s.First
	if names, err = x.shared.Restore(&s.Remainder, s.Finished); err != nil {
		return nil, fmt.Errorf("explore: %s is damaged: %w; remove it and begin again",
			cfg.resume, err)
	}
	return names, nil
}

// finished says whether nothing is left to be explored.
func (x *exploration) finished() bool {
	return x.shared != nil && x.shared.Finished()
}

// kept says whether what is found is written to a file.
func (x *exploration) kept() bool { return x.cfg.resume != "" && x.shared != nil }

// keep writes what has been found, and what is left, for a later run.
func (x *exploration) keep(r *Result) error {
	cfg := x.cfg
	if !x.kept() || x.ctl.Gone.Load() {
		return nil
	}
	if v := r.Violation; v != nil && v.Property == Nondeterminism {
		return nil // what the file tells may be of use once the program is itself again
	}
	s := &state{
		Shard: cfg.Shard + 1, Shards: cfg.Shards, Steps: cfg.Steps, Timeouts: cfg.Timeouts,
		Expect: cfg.expect, Binary: binaryHash(), First: x.first, Finished: x.finished(),
		Result:    saveResult(r),
		Remainder: x.shared.Save(x.engines[0].Names),
	}
	return writeState(cfg.resume, x.name, s)
}

// fits says why s, from file, is not of an exploration as cfg wants it.
func (s *state) fits(cfg *config, file string) error {
	for _, c := range []struct {
		what      string
		then, now int
	}{
		{"shard", s.Shard, cfg.Shard + 1}, {"number of shards", s.Shards, cfg.Shards},
		{"Steps", s.Steps, cfg.Steps}, {"Timeouts", s.Timeouts, cfg.Timeouts},
	} {
		if c.then != c.now {
			return fmt.Errorf("explore: %s was written with %s %d, and now it is %d; "+
				"use the same, or another file", file, c.what, c.then, c.now)
		}
	}
	return nil
}

// changedSince is what Nondeterminism may come from when an exploration goes on.
func changedSince(file string) string {
	return fmt.Sprintf("; or the program has changed since %s was written: "+
		"then remove that file and begin again", file)
}

// recognise compares e's execution, which is the first, with that of the run which
// has written the file of -explore.resume. Values are left out: addresses among them
// may differ between two processes.
func recognise(e *engine.Engine, was uint64) (is uint64, v *Violation) {
	h := fnv.New64a()
	for _, ev := range e.Events {
		fmt.Fprintln(h, e.Threads[ev.Thread].Nth, ev.Kind, ev.Obj, ev.Obj2)
	}
	for _, c := range e.Choices {
		fmt.Fprintln(h, c.After, e.Threads[c.Thread].Nth, c.N)
	}
	is = max(h.Sum64(), 1)
	if was != 0 && was != is {
		return was, &Violation{Property: Nondeterminism,
			Message: "the first execution is not what it was when the run before began"}
	}
	return is, nil
}

// binaryHash tells one binary from another. A program that has changed, be it in
// one assertion, is in another one; the same source, built the same way in the
// same place, is in the same.
var binaryHash = sync.OnceValue(func() string {
	file, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
})

// runName names a call of Run in a file of -explore.resume: by the function that calls Run,
// and the number of its calls so far.
func runName() string {
	name := "Run"
	if pc, _, _, ok := runtime.Caller(2); ok {
		name = runtime.FuncForPC(pc).Name()
	}
	runs.mu.Lock()
	defer runs.mu.Unlock()
	runs.n[name]++
	return fmt.Sprintf("%s#%d", name, runs.n[name])
}

var runs = struct {
	mu sync.Mutex
	n  map[string]int
}{n: map[string]int{}}
