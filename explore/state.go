package explore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// stateVersion is that of the files that -explore.resume writes: one that was
// written by another version of this package is refused.
const stateVersion = 2

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
	Sharing                                          engine.Sharing `json:",omitempty"`
	Elapsed                                          time.Duration
	Violation                                        *savedViolation `json:",omitempty"`
}

type savedViolation struct {
	Property Property
	Message  string
	Thread   int
	Step     int
	Schedule Schedule
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
		return nil, fmt.Errorf("explore: %s is no file that -explore.resume has written (%w); name another, or remove it", file, err)
	}
	if f.Version != stateVersion {
		return nil, fmt.Errorf("explore: %s is of version %d of such files, and this package reads version %d; remove it and begin again",
			file, f.Version, stateVersion)
	}
	for name, s := range f.Explorations {
		if s == nil || s.Shard < 1 || s.Shard > s.Shards {
			return nil, fmt.Errorf("explore: %s is damaged: no shard or a wrong one at %s; remove it and begin again", file, name)
		}
	}
	if f.Explorations == nil {
		f.Explorations = map[string]*state{}
	}
	return f, nil
}

// openState is readState for one who will write file later, so that he is not
// told only then that he cannot.
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

// changedSince is what Nondeterminism may come from when an exploration goes on.
func changedSince(file string) string {
	return fmt.Sprintf("; or the program has changed since %s was written: then remove that file and begin again", file)
}

// runName names a call of Run in a file of -explore.resume: by who calls Run, and
// how often he did before.
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

// askedToEnd is the signal by which the process was asked to end; nil: it was not.
// Those explorations end at once that begin later.
var askedToEnd atomic.Pointer[os.Signal]

// endBySignal ends an exploration when the process is asked to end, so that it has
// its verdict. The function that it returns ends that.
func (x *exploration) endBySignal() (done func()) {
	if s := askedToEnd.Load(); s != nil {
		x.ctl.Stop(x.ended(*s))
		return func() {}
	}
	asked, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-asked:
			signal.Stop(asked) // a second one ends the process
			askedToEnd.Store(&s)
			x.ctl.Stop(x.ended(s))
		case <-over:
		}
	}()
	return func() { signal.Stop(asked); close(over) }
}

// ended says that s has ended x, and how what was done could be of use.
func (x *exploration) ended(s os.Signal) string {
	text := fmt.Sprintf("the process was asked to end (%v)", s)
	switch {
	case x.kept():
		text += "; run it again to go on"
	case x.shared != nil:
		text += "; -explore.resume=$PWD/part.json would have kept what was done"
	}
	return text
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
			return fmt.Errorf("explore: %s was written with %s %d, and now it is %d; use the same, or another file", file, c.what, c.then, c.now)
		}
	}
	return nil
}

func saveResult(r *Result) savedResult {
	s := savedResult{
		Complete: r.Complete, Stuck: r.Stuck, Cut: r.Cut, TooLong: r.TooLong, Steps: r.Steps, Violations: r.Violations,
		Timeouts: r.timeouts, Sharing: r.sharing, Elapsed: r.Elapsed,
	}
	if v := r.Violation; v != nil {
		s.Violation = &savedViolation{v.Property, v.Message, v.Thread, v.Step, v.Schedule, v.Table, v.Stack}
	}
	return s
}

func (s *savedResult) restore() *Result {
	r := &Result{
		Complete: s.Complete, Stuck: s.Stuck, Cut: s.Cut, TooLong: s.TooLong, Steps: s.Steps, Violations: s.Violations,
		timeouts: s.Timeouts, sharing: s.Sharing, Elapsed: s.Elapsed,
	}
	if v := s.Violation; v != nil {
		r.Violation = &Violation{
			Property: v.Property, Message: v.Message, Thread: v.Thread, Step: v.Step, Schedule: v.Schedule, Table: v.Table, Stack: v.Stack,
		}
	}
	return r
}
