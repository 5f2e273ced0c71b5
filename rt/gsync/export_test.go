package gsync

// MaxOvertaken is the bound that Mutex promises.
const MaxOvertaken = maxOvertaken

// Waiting and its like return how many Gs wait, at this moment. Tests of order start the next G
// once the last one is queued.

func (c *Chan[T]) WaitingToSend() int { return c.count(&c.sendq) }

func (c *Chan[T]) WaitingToRecv() int { return c.count(&c.recvq) }

func (c *Chan[T]) count(q *waitq[T]) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for w := q.head; w != nil; w = w.next {
		n++
	}
	return n
}

func (m *Mutex) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waiters.Len()
}

func (m *RWMutex) WaitingReaders() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waitingReaders.Len()
}

func (m *RWMutex) WaitingWriters() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waitingWriters.Len()
}

func (s *Semaphore) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiters.Len()
}

func (wg *WaitGroup) Waiting() int {
	wg.mu.Lock()
	defer wg.mu.Unlock()
	return wg.waiters.Len()
}

func (c *Cond) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiters.Len()
}

// Kept returns how many free nodes and slots hold a value.
func (c *Chan[T]) Kept() (n int) {
	for node := c.free; node != nil; node = node.next {
		if any(node.value) != any(*new(T)) {
			n++
		}
	}
	for _, v := range c.buf {
		if any(v) != any(*new(T)) {
			n++
		}
	}
	return n
}
