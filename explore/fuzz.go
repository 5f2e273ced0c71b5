package explore

import (
	"math/rand/v2"
	"testing"
)

// Fuzz lets Go's own fuzzer look for an execution that violates a property: the
// bytes that it makes up decide which thread takes the next step. Without -fuzz the
// seeds and the corpus are executed, like those of any fuzz test. An input that
// fails is kept in testdata, as always, and printed like a counterexample of [Test].
//
//	func FuzzRing(f *testing.F) { explore.Fuzz(f, ring) }
//
//	go test ./queue -run '^$' -fuzz FuzzRing -fuzztime 1m
//
// The fuzzer prefers inputs that reach code which no other has reached. So it
// helps where a rare order of steps leads into rare code; where all orders execute
// the same lines it only draws, and bytes drawn are worse than "pos" or "pct".
// It verifies nothing. Of the flags only -explore.replay and -explore.v apply;
// options that choose a strategy do not fit.
func Fuzz(f *testing.F, program func(), opts ...Option) {
	f.Helper()
	fl, skip := flags.forNth(1)
	if skip {
		f.Skip("explore: -explore.replay is for another exploration")
	}
	cfg, err := configure(opts, &flagValues{replay: fl.replay})
	if err != nil {
		f.Fatal(err)
	}
	switch cfg.strategy {
	case "replay":
	case defaults().strategy:
		cfg.strategy = "fuzz"
	default:
		f.Fatalf("explore: Fuzz: an option chooses strategy %s, but here the fuzzer decides: drop it, or use Test", cfg.strategy)
	}
	for _, seed := range fuzzSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, decisions []byte) { fuzzOnce(t, *cfg, program, decisions) })
}

// fuzzOnce executes program as decisions say, and fails t if that violates a
// property.
func fuzzOnce(t testing.TB, cfg config, program func(), decisions []byte) Result {
	t.Helper()
	cfg.bytes = decisions
	x, err := newExploration(&cfg, program, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	x.origin = origin{test: t.Name(), nth: 1}
	r, err := x.run()
	if err != nil {
		t.Error(err)
	}
	if r.Violation != nil {
		x.report(t, &r, 1)
	}
	return r
}

// fuzzSeeds are inputs to begin with: no preemption, one preemption after so many
// decisions, and many.
func fuzzSeeds() (seeds [][]byte) {
	for i := range 16 {
		seeds = append(seeds, append(make([]byte, i), 1))
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 4 {
		b := make([]byte, 64)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		seeds = append(seeds, b)
	}
	return append(seeds, nil)
}

// fuzz does one execution, decided by the bytes of a fuzzer: one for each decision
// that is one, so that a mutation of a byte is a mutation of a decision. Where
// they end the running thread goes on as long as it can: so fewer bytes are fewer
// switches, and to minimize the bytes is to minimize the execution.
type fuzz struct {
	bytes   []byte
	at      int
	begun   bool
	enabled []*thread
}

func (s *fuzz) begin(*engine) bool {
	first := !s.begun
	s.begun, s.at = true, 0
	return first
}

// pick returns a number from 0 to n-1; 0 if there are no bytes left.
func (s *fuzz) pick(n int) int {
	if n < 2 || s.at == len(s.bytes) {
		return 0
	}
	s.at++
	return int(s.bytes[s.at-1]) % n
}

// next lets the thread that took the last step go on if the byte is 0, else takes
// one of the others.
func (s *fuzz) next(e *engine) *thread {
	s.enabled = s.enabled[:0]
	last := e.lastThread()
	if last != nil && e.enabled(last) {
		s.enabled = append(s.enabled, last)
	}
	for _, t := range e.alive {
		if t != last && e.enabled(t) {
			s.enabled = append(s.enabled, t)
		}
	}
	if len(s.enabled) == 0 {
		return nil
	}
	return s.enabled[s.pick(len(s.enabled))]
}

func (s *fuzz) choose(_ *engine, _ *thread, n int) int { return s.pick(n) }

func (s *fuzz) end(*engine) {}

func (s *fuzz) samples() bool { return true }

func (s *fuzz) bound() string { return "the execution that the bytes say" }
