package engine

// spawn makes a thread that runs f, by parent, which is nil for the first.
func (e *Engine) spawn(parent *Thread, f func()) *Thread {
	id := int32(0)
	if parent != nil && parent.alone {
		e.solo.leave()
	}
	if parent != nil {
		id = e.kid(parent)
	} else if len(e.Threads) == 0 {
		e.Threads = append(e.Threads, e.unborn(0))
	}
	t := e.Threads[id]
	t.begin(f)
	if parent != nil {
		t.Last, t.Birth = parent.Last, parent.Last
		t.sync.join(parent.sync)
		parent.sync[parent.ID]++
	}
	if t.rounds != nil {
		t.rounds.reset(t)
	}
	t.sync.put(id, 1)
	t.Nth = int32(len(e.Alive))
	e.Alive = append(e.Alive, t)
	e.live++
	if e.Observer != nil {
		e.Observer.Born(t)
	}
	return t
}

// begin makes t a new thread, which runs f.
func (t *Thread) begin(f func()) {
	t.nkids, t.fn, t.stack, t.began, t.Ended = 0, f, nil, false, false
	t.can = asks
	t.Op, t.Seq, t.Birth, t.Last = Op{}, 0, -1, -1
	t.deadline, t.early, t.Woken, t.Local = NoDeadline, false, false, nil
	t.Await, t.Waited, t.stale, t.alone = t.Await[:0], t.Waited[:0], false, false
	t.hidden, t.repeats, t.touches = false, false, 0
	t.gate, t.passed, t.gateSeq = nil, nil, 0
	t.sync = t.sync[:0]
	t.record.calls, t.record.open, t.record.chosen, t.OpMarks = t.record.calls[:0], 0, 0, 0
}

// unborn makes the thread of id, which does not run yet, or not in this execution.
func (e *Engine) unborn(id int32) *Thread { return &Thread{e: e, ID: id, Last: -1, Ended: true} }

// kid returns the id of the next thread that parent makes. It is the same in all
// executions, in whatever order threads are made.
func (e *Engine) kid(parent *Thread) int32 {
	n := parent.nkids
	parent.nkids++
	if n == len(parent.kids) {
		id := e.Names.Of(Birth{parent.ID, int32(n)})
		for int(id) >= len(e.Threads) {
			e.Threads = append(e.Threads, e.unborn(int32(len(e.Threads))))
		}
		parent.kids = append(parent.kids, id)
	}
	return parent.kids[n]
}

// Expect makes room for the threads that other runs have seen, whose ids are 1 to threads; 0:
// they have seen none. Whether they begin in this one, too, is not known.
func (e *Engine) Expect(threads int) {
	for id := int32(0); threads > 0 && int(id) <= threads; id++ {
		e.Threads = append(e.Threads, e.unborn(id))
	}
}
