package strategy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// world is what the threads of a random program share.
type world struct {
	words [2]engine.Word
	mutex engine.Word
	rw    engine.Word
	note  engine.Word
	futex engine.Word
}

// deeds are what threads do there.
var deeds = []func(w *world){
	func(w *world) { w.words[0].Load(engine.ClassUint32, "") },
	func(w *world) { w.words[1].Load(engine.ClassUint32, "") },
	func(w *world) { w.words[0].Update(engine.ClassUint32, engine.OpStore, 1, "") },
	func(w *world) { w.words[1].Update(engine.ClassUint32, engine.OpAdd, 1, "") },
	func(w *world) { w.words[0].Cas(engine.ClassUint32, 0, 2, "") },
	func(w *world) {
		w.mutex.Lock(engine.ClassMutex, "")
		w.words[1].Update(engine.ClassUint32, engine.OpAdd, 1, "")
		w.mutex.Unlock(engine.ClassMutex, "", "")
	},
	func(w *world) {
		if w.mutex.TryLock(engine.ClassMutex, "") {
			w.mutex.Unlock(engine.ClassMutex, "", "")
		}
	},
	func(w *world) {
		w.rw.ReadLock("")
		w.words[0].Load(engine.ClassUint32, "")
		w.rw.ReadUnlock("")
	},
	func(w *world) {
		w.rw.WriteLock("")
		w.rw.Unlock(engine.ClassRWMutex, "", "")
	},
	func(w *world) { w.note.NoteSleep("", 10) },
	func(w *world) { w.note.NoteClear("") },
	func(w *world) { w.futex.FutexWait(0, 10, "") },
	func(w *world) { w.futex.FutexWake(1, "") },
	func(w *world) { engine.Self("").Sleep(5) },
	func(w *world) { engine.Self("").ReadTime() },
	func(w *world) {
		if engine.Self("").Number(2) == 1 {
			w.words[0].Load(engine.ClassUint32, "")
		}
	},
	func(w *world) {
		for w.words[0].Load(engine.ClassUint32, "") == 0 {
			engine.Self("").Pause()
		}
	},
	func(w *world) {
		t := engine.Self("")
		t.Joins(t.Start(func() { w.words[1].Load(engine.ClassUint32, "") }))
	},
}

// randomProgram returns a program of two or three threads.
func randomProgram(r *rand.Rand) func() {
	var threads [][]func(*world)
	for range 2 + r.IntN(2) {
		var does []func(*world)
		for range 1 + r.IntN(3) {
			does = append(does, deeds[r.IntN(len(deeds))])
		}
		threads = append(threads, does)
	}
	return func() {
		w := &world{}
		for _, does := range threads {
			engine.Self("").Start(func() {
				for _, do := range does {
					do(w)
				}
			})
		}
	}
}

// telling is Naive, with a fingerprint of each turn.
type telling struct {
	Naive
	t       *testing.T
	prints  fingerprint
	at      []moment        // by turn
	traces  map[hash]string // of all turns so far
	sums    map[string]hash // the same, the other way round
	after   map[int32]hash  // what was foreseen at the last turn, by thread
	choices int             // when it was
	met     int             // turns whose trace had been met in another execution
}

func (s *telling) Begin(e *engine.Engine) bool {
	s.after = nil
	if s.begun {
		if !s.retreat() {
			return false
		}
		s.prints.rewind(s.at[len(s.turns)-1])
		s.at = s.at[:len(s.turns)]
	}
	return s.Naive.Begin(e)
}

func (s *telling) Next(e *engine.Engine) *engine.Thread {
	if s.Repeating() {
		return s.Repeat(e)
	}
	s.look(e)
	s.at = append(s.at, now(e))
	s.after, s.choices = map[int32]hash{}, len(e.Choices)
	for _, t := range e.Enabled() {
		s.after[t.ID] = s.prints.after(e, t)
	}
	return s.Fork(e, false)
}

func (s *telling) Choose(e *engine.Engine, t *engine.Thread, n int) int {
	if !s.Repeating() {
		s.at = append(s.at, now(e))
	}
	return s.Naive.Choose(e, t, n)
}

func (s *telling) End(e *engine.Engine) { s.look(e) }

// look compares the fingerprint with the trace.
func (s *telling) look(e *engine.Engine) {
	s.prints.follow(e)
	sum, trace := s.prints.sum, traceOf(e)
	if s.after != nil && len(e.Choices) == s.choices {
		require.Equal(s.t, sum, s.after[e.LastThread().ID], "foreseen\n%s", trace)
	}
	if old, ok := s.traces[sum]; ok {
		require.Equal(s.t, old, trace, "two traces have one sum")
		s.met++
	}
	if old, ok := s.sums[trace]; ok {
		require.Equal(s.t, old, sum, "one trace has two sums\n%s", trace)
	}
	s.traces[sum], s.sums[trace] = trace, sum
}

// traceOf names the trace of e's execution by what each step follows, as
// engine.Effect.Conflicts says.
func traceOf(e *engine.Engine) string {
	name := func(i int) string { return fmt.Sprint(e.Events[i].Thread, ".", e.Events[i].Seq) }
	var all []string
	since := -1 // the event before which time last advanced
	for i := range e.Events {
		ev := &e.Events[i]
		if ev.After {
			since = i
		}
		var follows []string
		for j := range i {
			prior := &e.Events[j]
			if prior.Thread != ev.Thread && e.Effect(int32(j)).Conflicts(e.Effect(int32(i))) ||
				int32(j) == ev.From || j < since && (ev.After || waitedSince(e, i, since)) {
				follows = append(follows, name(j))
			}
		}
		slices.Sort(follows)
		all = append(all, fmt.Sprint(name(i), follows, ev.Kind, ev.Obj >= 0, ev.OK))
	}
	for _, c := range e.Choices {
		seq := int32(0)
		for _, ev := range e.Events[:c.After+1] {
			if ev.Thread == c.Thread {
				seq = ev.Seq
			}
		}
		all = append(all, fmt.Sprint("chose ", c.Thread, seq, c.V))
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}

// waitedSince says whether event i had waited since before event since.
func waitedSince(e *engine.Engine, i, since int) bool {
	ev := &e.Events[i]
	return ev.Waited && !slices.ContainsFunc(e.Events[since:i],
		func(o engine.Event) bool { return o.Thread == ev.Thread })
}

// TestFingerprintsTellTracesApart: two executions have one sum exactly if they are of one
// trace, and where a step leads is foreseen.
func TestFingerprintsTellTracesApart(t *testing.T) {
	met := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := &telling{t: t, traces: map[hash]string{}, sums: map[string]hash{}}
		limits := &engine.Limits{Steps: 100, Timeouts: r.IntN(2)}
		e := engine.New(limits, randomProgram(r), s)
		for n := 0; n < 300 && s.Begin(e); n++ {
			e.Execute()
			s.End(e)
		}
		e.Close()
		met += s.met
	}
	require.Greater(t, met, 1000, "traces met again")
}
