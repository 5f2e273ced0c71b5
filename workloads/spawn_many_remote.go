package workloads

import (
	"errors"

	"schedlab/host"
	"schedlab/rt"
)

// spawnManyRemote submits empty tasks from outside: from as many threads as the scheduler has Ps,
// all at once, through Scheduler.Go.
//
// Stresses the way in (the global queue and its lock) and the waking of parked Ms.
//
// Not stressed: a scheduler that is busy with something else. The threads compete with the Ms for
// the machine, so on one with no more CPUs than Ps it measures the kernel as well. On native they
// are goroutines like any other and share its Ps: Go has no outside.
//
// Source: tokio, benches/rt_multi_threaded.rs, spawn_many_remote_idle, and benches/remote_spawn.rs.
var spawnManyRemote = Workload{
	Name:    "spawn_many_remote",
	Doc:     "threads from outside submit empty Gs: injection and wakeups",
	Prepare: prepareSpawnManyRemote,
}

var spawnManyRemoteTasks = [...]int{Small: 3_000, Normal: 100_000, Large: 1_000_000}

func prepareSpawnManyRemote(p Params) (*Instance, error) {
	if err := (rt.Config{Procs: p.Procs}).Check(); err != nil {
		return nil, err
	}
	r := &remote{errs: make([]error, p.Procs), each: spawnManyRemoteTasks[p.Size] / p.Procs}
	r.task = func(*rt.G) { r.ran.Add(1) }
	n := r.each * p.Procs
	return &Instance{
		Ops: n,
		Op:  "submit",
		Run: func(s rt.Scheduler) error {
			if err := r.run(s); err != nil {
				return err
			}
			return checkCount("spawn_many_remote", r.ran.Load(), int64(n))
		},
	}, nil
}

// remote is a group of threads that submit.
type remote struct {
	each int     // tasks to submit, per thread
	errs []error // of each thread
	task func(*rt.G)
	ran  host.Int64 // tasks that ran

	ready host.Int32 // threads that stand at the barrier
	left  host.Int32 // threads that have not finished; the last one releases the Hold
	ended host.Note  // signaled by that thread
}

func (r *remote) run(s rt.Scheduler) error {
	threads := len(r.errs)
	// Without this, a scheduler whose Ms are all busy would leave no runtime P to the threads. On
	// native, which has set GOMAXPROCS to as many, it changes nothing.
	defer host.Reserve(threads)()
	r.ran.Store(0)
	r.ready.Store(0)
	r.left.Store(int32(threads))
	r.ended.Clear()
	release := s.Hold()
	for i := range threads {
		host.Go(func() { r.thread(i, s, release) })
	}
	err := s.Run(func(*rt.G) {})
	r.ended.Sleep()
	return errors.Join(append(r.errs[:threads:threads], err)...)
}

func (r *remote) thread(i int, s rt.Scheduler, release func()) {
	r.ready.Add(1)
	for int(r.ready.Load()) < len(r.errs) {
		host.Pause(1)
	}
	r.errs[i] = r.submit(s)
	if r.left.Add(-1) == 0 {
		release()
		r.ended.Wakeup()
	}
}

func (r *remote) submit(s rt.Scheduler) error {
	for range r.each {
		if err := s.Go(r.task); err != nil {
			return err
		}
	}
	return nil
}
