package workloads

import (
	"encoding/binary"
	"fmt"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/heap"
)

// cacheBlocked is 100 Gs a P. Each uses some memory, gives it back, and then blocks its M in the
// kernel, so that all are blocked at the same time. When the last one is there they go on, and use
// memory once more.
//
// Stresses the ownership of memory caches. At the moment when all are blocked no memory is in use,
// and held-bytes is what the caches keep nevertheless. With a cache for each M it grows with
// blocked-threads, the number of Gs that were in the kernel then. With a cache for each P it does
// not. Native has no held-bytes: Go's own caches count otherwise. A design that cannot have all Gs
// in the kernel at the same time is not waited for: blocked-threads says how many there were.
//
// The kernel is futex(2) where there is one, elsewhere what stands in for it in package host.
//
// Not stressed: how fast the caches are; memory that one M allocates and another frees.
//
// Source: Vyukov, Scalable Go Scheduler Design Doc (2012), problem 3: running Ms to all Ms up to
// 1:100, caches up to 2 MB each.
var cacheBlocked = Workload{
	Name:    "cache_blocked",
	Doc:     "memory that caches hold while Ms are blocked: a cache for each M or for each P",
	Prepare: prepareCacheBlocked,
}

// Go ends a process that has 10 000 threads, so there is a limit to the Gs.
var cacheBlockedPerProc = [...]int{Small: 10, Normal: 100, Large: 300}

const cacheBlockedMax = 3000

// cacheBlockedSizes is what each G uses, in bytes. It is always the same, so that what a cache
// holds does not depend on how often it was used.
var cacheBlockedSizes = [...]int{16, 64, 256, 1 << 10, 4 << 10, 16 << 10}

// cacheBlockedPatience: if no G has come for so long, none will.
const cacheBlockedPatience = 250e6 // ns

type cacheBlockedRun struct {
	gs       []blocker
	bodies   []func(*rt.G)
	patience int64
	sched    rt.Scheduler // of the run under way
	native   bool         // written by main alone

	mu      host.Mutex // guards the rest
	blocked []*blocker // in the kernel, or on their way
	over    bool       // held is measured; no G blocks any more
	held    int64
}

type blocker struct {
	w      *cacheBlockedRun
	mark   uint64 // what it writes
	intact int    // Blocks that held, at their end, what was written to them
	calls  int
	wake   host.Note
	call   func()
}

func prepareCacheBlocked(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	n := min(cacheBlockedPerProc[p.Size]*p.Procs, cacheBlockedMax)
	w := newCacheBlocked(n, p.Seed, cacheBlockedPatience)
	return &Instance{Ops: n, Op: "blocking call", Run: w.run, Metrics: w.metrics}, nil
}

func newCacheBlocked(n int, seed uint64, patience int64) *cacheBlockedRun {
	w := &cacheBlockedRun{gs: make([]blocker, n), patience: patience}
	var r host.Rand
	r.Seed(seed, inputStream)
	for i := range w.gs {
		b := &w.gs[i]
		b.w, b.mark, b.call = w, uint64(r.Uint32())<<32, b.block
		w.bodies = append(w.bodies, b.main)
	}
	return w
}

func (w *cacheBlockedRun) run(s rt.Scheduler) error {
	w.sched, w.blocked, w.over, w.held = s, w.blocked[:0], false, 0
	for i := range w.gs {
		b := &w.gs[i]
		b.intact, b.calls = 0, 0
		b.wake.Clear()
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *cacheBlockedRun) main(g *rt.G) {
	w.native = g.Native()
	for _, body := range w.bodies {
		g.Go(body)
	}
}

func (b *blocker) main(g *rt.G) {
	b.use(g)
	g.BlockingSyscall(b.call)
	b.use(g)
}

// use must have no safe point in it: a G that gave way here would give its memory back to another
// cache.
func (b *blocker) use(g *rt.G) {
	var blocks [len(cacheBlockedSizes)]heap.Block
	for i, size := range cacheBlockedSizes {
		blocks[i] = g.Alloc(size)
		fill(blocks[i].Bytes(), b.mark+uint64(i)<<16)
	}
	for i, block := range blocks {
		if filled(block.Bytes(), b.mark+uint64(i)<<16) {
			b.intact++
		}
		computed(cacheBlockedSizes[i]/8, cacheWordPs)
		g.Free(block)
	}
}

// fill writes n, n+1 ... into p, whose length is a multiple of 8. filled says whether they are
// there.
func fill(p []byte, n uint64) {
	for ; len(p) > 0; p = p[8:] {
		binary.NativeEndian.PutUint64(p, n)
		n++
	}
}

func filled(p []byte, n uint64) bool {
	for ; len(p) > 0; p = p[8:] {
		if binary.NativeEndian.Uint64(p) != n {
			return false
		}
		n++
	}
	return true
}

// block blocks the thread until all others are blocked, too. It is the system call: the G is not
// used in it.
func (b *blocker) block() {
	w := b.w
	w.mu.Lock()
	b.calls++
	if w.over || b.calls > 1 {
		w.mu.Unlock()
		return
	}
	w.blocked = append(w.blocked, b)
	if len(w.blocked) == len(w.gs) {
		w.release()
	}
	n := len(w.blocked)
	w.mu.Unlock()
	for !b.wake.SleepFor(w.patience) {
		n = b.impatient(n)
	}
}

// impatient is called when b has waited for long. n is how many were there when it began to wait.
// It returns how many are there now, and releases them if none has come meanwhile.
func (b *blocker) impatient(n int) int {
	w := b.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over && len(w.blocked) == n {
		w.release()
	}
	return len(w.blocked)
}

// release measures, and wakes all that are blocked. A G that comes now waits for mu, so what is
// measured is of those that are counted. Under mu.
func (w *cacheBlockedRun) release() {
	w.over = true
	if !w.native {
		// On a thread that is in a system call: no G, and no lock of the scheduler.
		w.held = w.sched.Stats().CacheBytes
	}
	for _, b := range w.blocked {
		b.wake.Wakeup()
	}
}

func (w *cacheBlockedRun) verify() error {
	const uses = 2 * len(cacheBlockedSizes)
	for i := range w.gs {
		if b := &w.gs[i]; b.calls != 1 || b.intact != uses {
			return wrong("cache_blocked",
				fmt.Sprintf("%d calls of G %d, and %d of its blocks intact", b.calls, i, b.intact),
				fmt.Sprintf("1 and %d", uses))
		}
	}
	return nil
}

func (w *cacheBlockedRun) metrics() []Metric {
	blocked := Metric{"blocked-threads", float64(len(w.blocked))}
	if w.native {
		return []Metric{blocked}
	}
	return []Metric{{"held-bytes", float64(w.held)}, blocked}
}
