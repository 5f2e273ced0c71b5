package queue_test

import (
	"sync"

	"schedlab/host"
	"schedlab/rt/queue"
)

// elem is the element of all tests. taken counts how often it was got. It is plain
// memory, so a second get of an element is a race as well as a wrong count.
type elem struct {
	queue.Link[elem]
	producer, seq int
	taken         int
}

type (
	list   = queue.List[elem, *elem]
	locked = queue.Locked[elem, *elem]
	global = queue.Global[elem, *elem]
	ring   = queue.Ring[elem]
)

// subject is a queue as the battery sees it. The argument me is the calling worker, from
// 0 up to the number that the subject was made for. A worker is one goroutine at a time.
type subject interface {
	put(me int, x *elem)
	get(me int) *elem
	len() int
	empty() bool
}

// subjects is the table of all queues. fifo says that elements come out in the order of
// their puts, whichever worker gets them.
var subjects = []struct {
	name string
	fifo bool
	make func(workers int) subject
}{
	{"reference", true, func(int) subject { return &reference{} }},
	{"list", true, func(int) subject { return &guardedList{} }},
	{"locked", true, func(int) subject { return &lockedSubject{} }},
	{"lockedbatch", true, func(int) subject { return &lockedBatch{} }},
	{"global", true, func(int) subject { return &guardedGlobal{} }},
	{"lockfree", true, func(int) subject { return lockFree{queue.NewLockFree[elem]()} }},
	{"ring", false, func(n int) subject { return newRings(n, queue.Half) }},
	{"ring-stealone", false, func(n int) subject { return newRings(n, 1) }},
	{"ring-runnext", false, func(n int) subject { return newRings(n, queue.Half).withNext() }},
}

// reference is the trivially correct queue.
type reference struct {
	sync.Mutex
	all []*elem
}

func (q *reference) put(_ int, x *elem) {
	q.Lock()
	defer q.Unlock()
	q.all = append(q.all, x)
}

func (q *reference) get(int) *elem {
	q.Lock()
	defer q.Unlock()
	if len(q.all) == 0 {
		return nil
	}
	x := q.all[0]
	q.all = q.all[1:]
	return x
}

func (q *reference) len() int {
	q.Lock()
	defer q.Unlock()
	return len(q.all)
}

func (q *reference) empty() bool { return q.len() == 0 }

type guardedList struct {
	sync.Mutex
	list list
}

func (q *guardedList) put(_ int, x *elem) {
	q.Lock()
	defer q.Unlock()
	q.list.Put(x)
}

func (q *guardedList) get(int) *elem {
	q.Lock()
	defer q.Unlock()
	return q.list.Get()
}

func (q *guardedList) len() int {
	q.Lock()
	defer q.Unlock()
	return q.list.Len()
}

func (q *guardedList) empty() bool {
	q.Lock()
	defer q.Unlock()
	return q.list.Empty()
}

type lockedSubject struct{ q locked }

func (s *lockedSubject) put(_ int, x *elem) { s.q.Put(x) }
func (s *lockedSubject) get(int) *elem      { return s.q.Get() }
func (s *lockedSubject) len() int           { return s.q.Len() }
func (s *lockedSubject) empty() bool        { return s.q.Empty() }

// lockedBatch puts and gets batches of one.
type lockedBatch struct{ q locked }

func (s *lockedBatch) put(me int, x *elem) {
	if me%2 == 0 {
		s.q.PutBatch([]*elem{x})
		return
	}
	var one list
	one.Put(x)
	s.q.Append(&one)
}

func (s *lockedBatch) get(int) *elem {
	if got := s.q.GetBatch(make([]*elem, 1)); len(got) == 1 {
		return got[0]
	}
	return nil
}

func (s *lockedBatch) len() int    { return s.q.Len() }
func (s *lockedBatch) empty() bool { return s.q.Empty() }

// guardedGlobal is a Global as a scheduler uses it: a look first, then the lock.
type guardedGlobal struct {
	mu host.CountedMutex
	q  global
}

func (s *guardedGlobal) put(_ int, x *elem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.q.Put(x)
}

func (s *guardedGlobal) get(int) *elem {
	if s.q.Empty() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.q.Get()
}

func (s *guardedGlobal) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.q.Len()
}

func (s *guardedGlobal) empty() bool { return s.q.Empty() }

type lockFree struct{ *queue.LockFree[elem] }

func (s lockFree) put(_ int, x *elem) { s.Put(x) }
func (s lockFree) get(int) *elem      { return s.Get() }
func (s lockFree) len() int           { return s.Len() }
func (s lockFree) empty() bool        { return s.Empty() }

// rings is a ring for each worker and a Locked for what overflows: the smallest
// work-stealing scheduler. Counts begin just short of wrap-around.
type rings struct {
	own  []ring
	over locked
	max  int  // of a steal
	next bool // see withNext
}

const justShort = ^uint32(0) - 5

func newRings(workers, max int) *rings {
	s := &rings{own: make([]ring, workers), max: max}
	for i := range s.own {
		s.own[i].StartAt(justShort)
	}
	return s
}

// withNext makes every second put of a worker go to runnext.
func (s *rings) withNext() *rings {
	s.next = true
	return s
}

func (s *rings) put(me int, x *elem) {
	if s.next && x.seq%2 == 1 {
		s.own[me].PutNext(x, &s.over)
	} else {
		s.own[me].Put(x, &s.over)
	}
}

func (s *rings) get(me int) *elem {
	if x, _ := s.own[me].Get(); x != nil {
		return x
	}
	if x := s.over.Get(); x != nil {
		return x
	}
	for i := range s.own {
		victim := (me + 1 + i) % len(s.own)
		if victim == me {
			continue
		}
		if x := s.steal(me, victim); x != nil {
			return x
		}
	}
	return nil
}

func (s *rings) steal(me, victim int) *elem {
	for {
		thief := s.own[victim].Thief()
		steal := thief.StealInto
		if s.next {
			steal = thief.StealAnyInto
		}
		if x, _, outcome := steal(&s.own[me], s.max); outcome != queue.Lost {
			return x
		}
	}
}

func (s *rings) len() int {
	n := s.over.Len()
	for i := range s.own {
		n += s.own[i].Len()
	}
	return n
}

func (s *rings) empty() bool {
	for i := range s.own {
		if !s.own[i].Empty() {
			return false
		}
	}
	return s.over.Empty()
}
