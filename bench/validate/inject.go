//go:build sim

package main

import (
	"schedlab/sim"
	"schedlab/sim/micro"
)

// injection is threads that submit tasks from outside, and workers that run them.
type injection struct {
	shards    []shard
	searching sim.Uint32 // workers that look for work
	parked    sim.Uint32 // workers that sleep, or are about to
	bell      sim.Uint32 // changes at each wakeup
	run       sim.Uint32 // tasks that were run
	over      sim.Bool
	tasks     uint32
	end       int64
}

// shard is a queue with a lock. length is read without it.
type shard struct {
	lock   micro.Futex
	data   sim.Line
	length sim.Uint32
}

const (
	injected  = 12_800
	batch     = 32 // tasks that a worker takes at once
	looks     = 20 // of a worker before it sleeps
	taskLines = 2  // of memory that come with a task
	emptyTask = 20 // ns
)

// inject returns ns a task, with so many CPUs and workers.
func inject(name string, cpus, shards int, submission int64) program {
	return func(at int, seed uint64) (float64, error) {
		cfg := simulated(name, cpus, 0, 0, seed)
		cfg.Cluster = min(8, cpus)
		if cpus%cfg.Cluster != 0 {
			cfg.Cluster = 0
		}
		in := &injection{shards: make([]shard, shards), tasks: injected / uint32(at) * uint32(at)}
		for i := range in.shards {
			in.shards[i].lock.Spins = 100 // as the lock of Rust's library
		}
		const settle = 4_000_000 // ns: all threads have begun
		_, err := sim.Run(cfg, func() {
			for i := range cpus {
				sim.Go(func() { in.work(i) })
			}
			for i := range at {
				sim.Go(func() {
					sim.Work(settle - sim.Nanotime())
					for range in.tasks / uint32(at) {
						sim.Work(submission)
						in.push(&in.shards[i%shards])
					}
				})
			}
		})
		return float64(in.end-settle) / float64(in.tasks), err
	}
}

func (in *injection) push(s *shard) {
	s.lock.Lock(nil)
	s.data.Touch(2)
	s.length.Add(1)
	s.lock.Unlock(nil)
	if in.searching.Load() == 0 && in.parked.Load() > 0 {
		in.wake()
	}
}

func (in *injection) wake() {
	in.bell.Add(1)
	in.bell.Wake()
}

// work is a worker.
func (in *injection) work(id int) {
	for !in.over.Load() {
		if in.search(id) {
			continue
		}
		seen := in.bell.Load()
		in.parked.Add(1)
		if !in.filled() && !in.over.Load() {
			in.bell.Wait(seen, -1)
		}
		in.parked.Add(^uint32(0))
	}
}

// search looks for tasks some times, and says whether it has run any.
func (in *injection) search(id int) bool {
	in.searching.Add(1)
	for range looks {
		for i := range in.shards {
			s := &in.shards[(id+i)%len(in.shards)]
			if s.length.Load() == 0 {
				continue
			}
			if n := s.take(); n > 0 {
				if in.searching.Add(^uint32(0)) == 0 && in.filled() && in.parked.Load() > 0 {
					in.wake() // the last one that looks
				}
				in.execute(n)
				return true
			}
		}
		sim.Pause(20)
	}
	in.searching.Add(^uint32(0))
	return false
}

func (s *shard) take() uint32 {
	s.lock.Lock(nil)
	n := min(s.length.Load(), batch)
	if n > 0 {
		s.data.Touch(2)
		s.length.Add(-n)
	}
	s.lock.Unlock(nil)
	return n
}

func (in *injection) execute(n uint32) {
	var tasks sim.Line
	tasks.Touch(taskLines)
	sim.Work(int64(n) * emptyTask)
	if in.run.Add(n) == in.tasks {
		in.end = sim.Nanotime()
		in.over.Store(true)
		for range len(in.shards) {
			in.wake()
		}
		for in.parked.Load() > 0 {
			in.wake()
		}
	}
}

// filled says whether there are tasks.
func (in *injection) filled() bool {
	for i := range in.shards {
		if in.shards[i].length.Load() > 0 {
			return true
		}
	}
	return false
}
