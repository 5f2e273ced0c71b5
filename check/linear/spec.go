package linear

import (
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

// Spec is a sequential specification: an initial state, and the operations'
// own Step.
type Spec[S comparable] struct {
	Name string
	Init S
	// Extra, if set, finds what is wrong with a history although each step is
	// allowed by itself, for answers that are allowed only under competition.
	Extra func(History[S]) error
}

// budget is the time for one history; a few ms are usual. Who reaches it has
// windows that are too long.
var budget = 20 * time.Second

// ErrBudget says that the checker could not decide. It is no pass.
var ErrBudget = errors.New("linear: no verdict in time: record shorter histories, or fewer operations that overlap")

// Judge returns nil if h is linearizable, a *[Violation] if it is not, and
// [ErrBudget] if the checker could not tell.
func (s Spec[S]) Judge(h History[S]) error {
	if s.Extra != nil {
		if err := s.Extra(h); err != nil {
			return &Violation{Why: err.Error(), picture: s.picture(h)}
		}
	}
	switch porcupine.CheckOperationsTimeout(s.model(), operations(h), budget) {
	case porcupine.Illegal:
		return &Violation{Why: "no order of the operations that overlap explains their answers", picture: s.picture(h)}
	case porcupine.Unknown:
		return ErrBudget
	}
	return nil
}

func (s Spec[S]) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return s.Init },
		Step: func(state, input, _ any) (bool, any) {
			after, allowed := input.(Op[S]).Step(state.(S))
			return allowed, after
		},
		Equal:             func(a, b any) bool { return a.(S) == b.(S) },
		Hash:              func(state any) uint64 { return maphash.Comparable(seeds[0], state.(S)) },
		DescribeOperation: func(input, _ any) string { return fmt.Sprint(input) },
		DescribeState:     func(state any) string { return fmt.Sprint(state) },
	}
}

func operations[S comparable](h History[S]) []porcupine.Operation {
	ops := make([]porcupine.Operation, len(h))
	for i, e := range h {
		ops[i] = porcupine.Operation{ClientId: e.Client, Input: e.Op, Call: e.Call, Return: e.Return}
	}
	return ops
}

// picture returns a function that writes porcupine's visualization of h.
func (s Spec[S]) picture(h History[S]) func(path string) error {
	return func(path string) error {
		_, info := porcupine.CheckOperationsVerbose(s.model(), operations(h), budget)
		return porcupine.VisualizePath(s.model(), info, path)
	}
}

// Violation is the verdict about a history that no sequential execution explains.
type Violation struct {
	Why     string
	picture func(path string) error
}

func (v *Violation) Error() string { return "linear: not linearizable: " + v.Why }

// WritePicture writes the history, and how far it can be explained, as an HTML
// page into a new file in dir, which must exist, and returns the file's name.
func (v *Violation) WritePicture(dir string) (path string, err error) {
	f, err := os.CreateTemp(dir, "history-*.html")
	if err != nil {
		return "", err
	}
	f.Close()
	return f.Name(), v.picture(f.Name())
}
