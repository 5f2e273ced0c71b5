package workloads

import (
	"fmt"
	"slices"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// sieve is the concurrent prime sieve. A chain of Gs, one for each prime found so far, strikes out
// the multiples of its prime. What comes through to the end is the next prime and gets a G of its
// own.
//
// Stresses a long pipeline whose load is uneven and moves. All Gs want to run, but each only in
// step with its neighbours, the first ones far more often than the last. A readied neighbour that
// runs at once, on the same thread, keeps the pair in step. Spread over threads, the pipeline runs
// in parallel but pays a wakeup for nearly every message.
//
// Not stressed: spawning (one G a prime) and the CPU (one division a message).
//
// Source: McIlroy's sieve in Hoare, "Communicating Sequential Processes" (1978, 6.1); Go tests its
// channels with it too. Here the numbers end, so that all Gs do.
var sieve = Workload{
	Name:    "sieve",
	Doc:     "the concurrent prime sieve: a long pipeline in which all are in step",
	Prepare: prepareSieve,
}

type sieveRun struct {
	want   []int // primes
	found  []int
	begun  int                // stages that ran: the last one finds nothing, but has to
	chans  []*gsync.Chan[int] // chans[k] leads to stage k
	bodies []func(*rt.G)      // of the stages; the last one gets no number
}

var sievePrimes = [...]int{Small: 30, Normal: 400, Large: 2000}

func prepareSieve(p Params) (*Instance, error) {
	primes, messages := sieveSequentially(sievePrimes[p.Size])
	stages := len(primes) + 1
	w := &sieveRun{
		want:  primes,
		found: make([]int, 0, len(primes)),
		chans: make([]*gsync.Chan[int], stages),
	}
	for k := range stages {
		w.bodies = append(w.bodies, func(g *rt.G) { w.stage(g, k) })
	}
	return &Instance{Ops: messages, Op: "message", Run: w.run}, nil
}

// sieveSequentially returns the first n primes, and how many messages it takes the Gs to find them:
// a number is sent to the stage of its smallest prime factor and to all before that.
func sieveSequentially(n int) (primes []int, messages int) {
	for number := 2; len(primes) < n; number++ {
		k := 0
		for k < len(primes) && number%primes[k] != 0 {
			k++
		}
		if k == len(primes) {
			primes = append(primes, number)
		}
		messages += k + 1
	}
	return primes, messages
}

func (w *sieveRun) run(s rt.Scheduler) error {
	w.found, w.begun = w.found[:0], 0
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

// main sends all numbers up to the last prime.
func (w *sieveRun) main(g *rt.G) {
	first := gsync.NewChan[int](g, 0)
	w.chans[0] = first
	g.Go(w.bodies[0])
	for number := 2; number <= w.want[len(w.want)-1]; number++ {
		first.Send(g, number)
	}
	first.Close(g)
}

// stage k begins when stage k-1 has its prime, which puts their writes to w in order.
func (w *sieveRun) stage(g *rt.G, k int) {
	in := w.chans[k]
	w.begun++
	prime, ok := in.Recv(g)
	if !ok {
		return
	}
	w.found = append(w.found, prime)
	out := gsync.NewChan[int](g, 0)
	w.chans[k+1] = out
	g.Go(w.bodies[k+1])
	for {
		number, ok := in.Recv(g)
		if !ok {
			out.Close(g)
			return
		}
		computed(1, sieveDivisionPs)
		if number%prime != 0 {
			out.Send(g, number)
		}
	}
}

func (w *sieveRun) verify() error {
	if len(w.found) != len(w.want) {
		return wrong("sieve", fmt.Sprintf("%d primes", len(w.found)), len(w.want))
	}
	if !slices.Equal(w.found, w.want) {
		return wrong("sieve", w.found, w.want)
	}
	return checkCount("sieve", int64(w.begun), int64(len(w.want)+1))
}
