package explore

import (
	"math/rand/v2"
	"testing"

	"schedlab/explore/internal/story"
)

// Fuzz lets Go's own fuzzer look for an execution that violates a property. The bytes of
// its inputs decide which thread takes the next step. Without -fuzz the seeds and the
// corpus are executed, like those of any fuzz test. An input that fails is kept in
// testdata, as always, and printed like a counterexample of [Test].
//
//	func FuzzRing(f *testing.F) { explore.Fuzz(f, ring) }
//
//	go test ./queue -run '^$' -fuzz FuzzRing -fuzztime 1m
//
// The fuzzer prefers inputs that reach code which no other input has reached. So it helps
// where a rare order of steps leads into rare code. Where all orders execute the same
// lines it only draws at random, and does that worse than "pos" and "pct".
//
// Fuzz verifies nothing. Of the flags only -explore.replay and -explore.v apply. An option
// that chooses a strategy is an error.
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
	switch cfg.Strategy {
	case "replay":
	case defaults().Strategy:
		cfg.Strategy = "fuzz"
	default:
		f.Fatalf("explore: Fuzz: an option chooses strategy %s, but here the fuzzer decides; "+
			"drop the option, or use Test", cfg.Strategy)
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
	cfg.Bytes = decisions
	x, err := newExploration(&cfg, program, t.Name())
	if err != nil {
		t.Fatal(err)
	}
	x.origin = story.Origin{Test: t.Name(), Nth: 1}
	r, err := x.run()
	if err != nil {
		t.Error(err)
	}
	if r.Violation != nil {
		x.report(t, &r, 1)
	}
	return r
}

// fuzzSeeds are inputs to begin with: without preemption, with one after each number of
// decisions up to 15, and with many.
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
