package explore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// stateVersion is that of the files that -explore.resume writes: one that was
// written by another version of this package is refused.
const stateVersion = 3

// stateFile is what is kept of unfinished explorations, and of finished ones for
// [Merge]: JSON.
type stateFile struct {
	Version      int               `json:"version"`
	Explorations map[string]*state `json:"explorations"` // by test and ordinal
}

// state is an exploration between two executions.
type state struct {
	Shard, Shards   int      // Shard from 1
	Steps, Timeouts int      // the bound
	Expect          Property `json:",omitempty"` // MustViolate
	Binary          string   // see binaryHash
	First           uint64   // what the first execution did: see recognise
	Finished        bool
	Result          savedResult
	dpor.Remainder
}

type savedResult struct {
	Complete, Stuck, Cut, TooLong, Steps, Violations uint64
	Timeouts                                         int
	Endless                                          string         `json:",omitempty"`
	Sharing                                          engine.Sharing `json:",omitempty"`
	Counting                                         string         `json:",omitempty"`
	Elapsed                                          time.Duration
	Violation                                        *savedViolation `json:",omitempty"`
}

type savedViolation struct {
	Property Property
	Message  string
	Thread   int
	Step     int
	Schedule Schedule
	Minimal  bool `json:",omitempty"`
	Table    string
	Stack    string `json:",omitempty"`
}

// files guards the files of this process: the explorations of a test binary
// share one.
var files sync.Mutex

// readState returns what file holds; nothing if there is no such file.
func readState(file string) (*stateFile, error) {
	f := &stateFile{Version: stateVersion, Explorations: map[string]*state{}}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("explore: %w", err)
	}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("explore: %s is no file that -explore.resume has written (%w); "+
			"name another, or remove it", file, err)
	}
	if f.Version != stateVersion {
		return nil, fmt.Errorf("explore: %s is of version %d of such files, and this package "+
			"reads version %d; remove it and begin again", file, f.Version, stateVersion)
	}
	for name, s := range f.Explorations {
		if s == nil || s.Shard < 1 || s.Shard > s.Shards {
			return nil, fmt.Errorf("explore: %s is damaged: no shard or a wrong one at %s; "+
				"remove it and begin again", file, name)
		}
	}
	if f.Explorations == nil {
		f.Explorations = map[string]*state{}
	}
	return f, nil
}

// openState is readState for a caller that will write file later. It fails at once if that
// will not be possible.
func openState(file string) (*stateFile, error) {
	files.Lock()
	defer files.Unlock()
	w, err := os.Create(file + ".new")
	if err != nil {
		return nil, fmt.Errorf("explore: -explore.resume: the file cannot be written: %w", err)
	}
	w.Close()
	os.Remove(w.Name())
	return readState(file)
}

// writeState makes s what file holds of the exploration with that name. The file
// is replaced at once, so that one who is interrupted loses nothing.
func writeState(file, name string, s *state) error {
	files.Lock()
	defer files.Unlock()
	f, err := readState(file)
	if err != nil {
		return err
	}
	f.Explorations[name] = s
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	if err := os.WriteFile(file+".new", text, 0o666); err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("explore: %w", err)
	}
	return nil
}

func saveResult(r *Result) savedResult {
	s := savedResult{
		Complete: r.Complete, Stuck: r.Stuck, Cut: r.Cut, TooLong: r.TooLong, Steps: r.Steps,
		Violations: r.Violations, Timeouts: r.timeouts, Endless: r.endless,
		Sharing: r.sharing, Counting: r.counting, Elapsed: r.Elapsed,
	}
	if v := r.Violation; v != nil {
		s.Violation = &savedViolation{
			v.Property, v.Message, v.Thread, v.Step, v.Schedule, v.Minimal, v.Table, v.Stack,
		}
	}
	return s
}

func (s *savedResult) restore() *Result {
	r := &Result{
		Complete: s.Complete, Stuck: s.Stuck, Cut: s.Cut, TooLong: s.TooLong, Steps: s.Steps,
		Violations: s.Violations, timeouts: s.Timeouts, endless: s.Endless,
		sharing: s.Sharing, counting: s.Counting, Elapsed: s.Elapsed,
	}
	if v := s.Violation; v != nil {
		r.Violation = &Violation{
			Property: v.Property, Message: v.Message, Thread: v.Thread, Step: v.Step,
			Schedule: v.Schedule, Minimal: v.Minimal, Table: v.Table, Stack: v.Stack,
		}
	}
	return r
}
