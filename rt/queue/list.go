package queue

// Link is embedded in an element to let it be on one [List] at a time.
type Link[T any] struct {
	next *T // the element behind this one; nil at the tail and off every list
}

// QueueLink returns the link itself: how a List finds it in an element.
func (l *Link[T]) QueueLink() *Link[T] { return l }

// Linked is the constraint that *T has a [Link].
type Linked[T any] interface {
	*T
	QueueLink() *Link[T]
}

// List is a FIFO of elements chained through their own links: unbounded, without
// allocation, any part of it movable in O(1). It is a run queue, a batch on its way from
// one queue to another, and a free list (with PutHead: the element used last is still in
// the cache). The zero List is empty; a List must not be copied while it holds elements.
//
// Source: gQueue and gList (a stack) of Go's runtime. Here they are one type: PutHead
// makes a stack of it.
//
// It is not synchronized. Its owner, or a thread that holds the lock that guards it,
// executes its methods. The same lock guards the links. They are plain memory, so an
// element must have left its list before it is published anywhere else.
type List[T any, PT Linked[T]] struct {
	head *T
	tail *Link[T] // of the last element; meaningless while head is nil
	n    int
}

// Len returns the number of elements.
func (q *List[T, PT]) Len() int { return q.n }

// Empty says whether there are no elements.
func (q *List[T, PT]) Empty() bool { return q.head == nil }

// Put adds x at the tail. x must be on no list. Put panics if it can see that x is on
// one; the last element of another list does not show it.
func (q *List[T, PT]) Put(x *T) {
	link := unlinked[T, PT](x)
	if q.head == nil {
		q.head = x
	} else {
		q.tail.next = x
	}
	q.tail = link
	q.n++
}

// PutHead adds x before the head, under the same condition as Put.
func (q *List[T, PT]) PutHead(x *T) {
	link := unlinked[T, PT](x)
	if q.head == nil {
		q.tail = link
	}
	link.next = q.head
	q.head = x
	q.n++
}

func unlinked[T any, PT Linked[T]](x *T) *Link[T] {
	link := PT(x).QueueLink()
	if link.next != nil {
		panic("queue: List.Put: the element is on a list already")
	}
	return link
}

// Get takes the element at the head; nil if there is none.
func (q *List[T, PT]) Get() *T {
	x := q.head
	if x == nil {
		return nil
	}
	link := PT(x).QueueLink()
	q.head, link.next = link.next, nil
	q.n--
	return x
}

// Append moves all elements of other behind the tail of q, in O(1). The two must be
// different lists.
func (q *List[T, PT]) Append(other *List[T, PT]) {
	if other.head == nil {
		return
	}
	if q.head == nil {
		*q = *other
	} else {
		q.tail.next = other.head
		q.tail = other.tail
		q.n += other.n
	}
	*other = List[T, PT]{}
}

// Take takes the first n elements, or all if there are fewer, as a list of their own, in
// O(n).
func (q *List[T, PT]) Take(n int) List[T, PT] {
	if n <= 0 || q.head == nil {
		return List[T, PT]{}
	}
	n = min(n, q.n)
	last := PT(q.head).QueueLink()
	for range n - 1 {
		last = PT(last.next).QueueLink()
	}
	first := List[T, PT]{head: q.head, tail: last, n: n}
	q.head, last.next = last.next, nil
	q.n -= n
	return first
}

// PutBatch adds all elements of batch at the tail, in order.
func (q *List[T, PT]) PutBatch(batch []*T) {
	for _, x := range batch {
		q.Put(x)
	}
}

// GetBatch takes elements from the head into buf until buf is full or the list is empty.
// It returns the part of buf that it filled.
func (q *List[T, PT]) GetBatch(buf []*T) []*T {
	n := min(len(buf), q.n)
	for i := range n {
		buf[i] = q.Get()
	}
	return buf[:n]
}
