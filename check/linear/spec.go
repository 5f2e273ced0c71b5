package linear

import (
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Spec is a sequential specification: a name, an initial state, and the Step of each operation.
type Spec[S comparable] struct {
	Name string
	Init S
	// Extra, if set, returns an error for a history that is wrong although each step is
	// allowed by itself. It is for answers that are allowed only under competition.
	Extra func(History[S]) error
}

// budget is how long it may take to judge one history. A few ms are usual; if it takes longer
// than this, the windows are too long.
var budget = 20 * time.Second

// ErrBudget says that there is no verdict. It does not mean that the history passes.
var ErrBudget = errors.New("linear: no verdict in time: record shorter histories, " +
	"or fewer operations that overlap")

// ErrNoHistory says that what was to be judged is no history: an operation returns before it is
// called, or a client is in two operations at once. It does not mean that the history passes.
var ErrNoHistory = errors.New("linear: this is no history")

// Judge returns nil if h is linearizable, a *[Violation] if it is not, [ErrBudget] if that could
// not be decided in time, and an [ErrNoHistory] if h is no history.
func (s Spec[S]) Judge(h History[S]) error {
	if err := h.check(); err != nil {
		return err
	}
	if s.Extra != nil {
		if err := s.Extra(h); err != nil {
			return &Violation{Why: err.Error(), picture: s.picture(h)}
		}
	}
	why := "no order of the operations that overlap explains their answers"
	done, pending := h.split()
	switch n := len(pending); {
	case n == 1:
		why += ", whatever the 1 that is pending has done"
	case n > 1:
		why += fmt.Sprintf(", whatever the %d that are pending have done", n)
	}
	switch s.decide(done, pending, time.Now().Add(budget)) {
	case porcupine.Illegal:
		return &Violation{Why: why, picture: s.picture(h)}
	case porcupine.Unknown:
		return ErrBudget
	}
	return nil
}

// check returns an error unless h is a history.
func (h History[S]) check() error {
	last := map[int]Event[S]{}
	sorted := slices.Clone(h)
	slices.SortStableFunc(sorted, byCall)
	for _, e := range sorted {
		before, ok := last[e.Client]
		switch {
		case e.Op == nil:
			return fmt.Errorf("%w: an event of client %d has no Op", ErrNoHistory, e.Client)
		case e.Return < e.Call:
			return fmt.Errorf("%w: an operation returns before it is called: %v", ErrNoHistory, e)
		case ok && e.Call != before.Call && e.Call < before.Return:
			return fmt.Errorf("%w: client %d calls an operation before the other returns: "+
				"%v, and %v", ErrNoHistory, e.Client, before, e)
		}
		last[e.Client] = e
	}
	return nil
}

// split returns the operations of h that have returned, and what each of the others may have
// done.
func (h History[S]) split() (done History[S], pending []History[S]) {
	for _, e := range h {
		if e.Return != Never {
			done = append(done, e)
			continue
		}
		same := func(p History[S]) bool { return p[0].Client == e.Client && p[0].Call == e.Call }
		if i := slices.IndexFunc(pending, same); i >= 0 {
			pending[i] = append(pending[i], e)
		} else {
			pending = append(pending, History[S]{e})
		}
	}
	return done, pending
}

// decide tries all that the pending operations may have done. Nothing comes first: most often
// it explains the answers of the others.
func (s Spec[S]) decide(
	done History[S], pending []History[S], end time.Time,
) porcupine.CheckResult {
	if len(pending) == 0 {
		left := time.Until(end)
		if left <= 0 {
			return porcupine.Unknown
		}
		return porcupine.CheckOperationsTimeout(s.model(), operations(done), left)
	}
	verdict := s.decide(done, pending[1:], end)
	for _, e := range pending[0] {
		if verdict != porcupine.Illegal {
			break
		}
		verdict = s.decide(append(slices.Clip(done), e), pending[1:], end)
	}
	return verdict
}

// model returns s as porcupine wants it.
func (s Spec[S]) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return s.Init },
		Step: func(state, input, _ any) (bool, any) {
			after, allowed := input.(Op[S]).Step(state.(S))
			return allowed, after
		},
		Equal: func(a, b any) bool { return a.(S) == b.(S) },
		Hash: func(state any) uint64 {
			return maphash.Comparable(seeds[0], state.(S))
		},
		DescribeOperation: func(input, _ any) string { return fmt.Sprint(input) },
		DescribeState:     func(state any) string { return fmt.Sprint(state) },
	}
}

// operations returns h as porcupine wants it. What never returns does so after all calls.
func operations[S comparable](h History[S]) []porcupine.Operation {
	ops := make([]porcupine.Operation, len(h))
	end := int64(0)
	for _, e := range h {
		end = max(end, e.Call+1)
	}
	for i, e := range h {
		if e.Return == Never {
			e.Return = end
		}
		ops[i] = porcupine.Operation{
			ClientId: e.Client, Input: e.Op, Call: e.Call, Return: e.Return,
		}
	}
	return ops
}

// picture returns a function that writes porcupine's picture of h to a file.
func (s Spec[S]) picture(h History[S]) func(path string) error {
	return func(path string) error {
		_, info := porcupine.CheckOperationsVerbose(s.model(), operations(h), budget)
		return porcupine.VisualizePath(s.model(), info, path)
	}
}

// Violation is the verdict on a history that no sequential execution explains.
type Violation struct {
	Why     string // what is wrong with it
	picture func(path string) error
}

func (v *Violation) Error() string { return "linear: not linearizable: " + v.Why }

// WritePicture writes an HTML page that shows the history and how far it can be explained. The
// page is a new file in dir, which must exist; its name is returned.
func (v *Violation) WritePicture(dir string) (path string, err error) {
	f, err := os.CreateTemp(dir, "history-*.html")
	if err != nil {
		return "", err
	}
	f.Close()
	return f.Name(), v.picture(f.Name())
}
