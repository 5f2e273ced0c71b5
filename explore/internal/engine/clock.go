package engine

// clock is a vector clock. For each thread it has the number of events of that thread
// that are known to have happened before. Entries that are missing are 0.
type clock []int32

// at returns the entry of thread.
func (c clock) at(thread int32) int32 {
	if int(thread) < len(c) {
		return c[thread]
	}
	return 0
}

// join makes c what c or d knows.
func (c *clock) join(d clock) {
	a := *c
	if len(a) < len(d) {
		for len(a) < len(d) {
			a = append(a, 0)
		}
		*c = a
	}
	a = a[:len(d)]
	for i, n := range d {
		if a[i] < n {
			a[i] = n
		}
	}
}

// set makes c a copy of d.
func (c *clock) set(d clock) {
	a := *c
	if len(a) != len(d) {
		*c = append(a[:0], d...)
		return
	}
	a = a[:len(d)]
	//lint:ignore S1001 there are few threads: a loop is faster than a call of memmove
	for i, n := range d {
		a[i] = n
	}
}

// put sets the entry of thread.
func (c *clock) put(thread, n int32) {
	a := *c
	for len(a) <= int(thread) {
		a = append(a, 0)
	}
	a[thread] = n
	*c = a
}
