package gsync

import "reflect"

// A select statement has a fixed number of cases, each of a known type. So there is one for 2
// cases of one type and one for 4. Others go through package reflect, which is slow and
// allocates. A native Select costs some 40 ns more than the statement alone, since it must take
// the cases apart. It is the one place where the baseline has a handicap.
const (
	fewCases  = 2
	someCases = 4
)

// selectNative is Select and SelectOrDefault for native Gs.
func selectNative(cases []Case, block bool) int {
	var first channel
	for i := range cases {
		if cs := &cases[i]; cs.ch != nil {
			cs.ch.use(*cs)
			if first == nil {
				first = cs.ch
			}
		}
	}
	defer freeBoxes(cases) // deferred, because sending to a closed channel panics
	chosen, done := -1, false
	switch {
	case first == nil:
	case len(cases) <= fewCases:
		var few [fewCases]Case
		copy(few[:], cases)
		chosen, done = first.selectFew(few, block)
	case len(cases) <= someCases:
		var some [someCases]Case
		copy(some[:], cases)
		chosen, done = first.selectSome(some, block)
	}
	if !done {
		chosen = selectReflect(cases, block)
	}
	return chosen
}

func freeBoxes(cases []Case) {
	for i := range cases {
		if cs := &cases[i]; cs.send {
			cs.ch.recycle(cs.node)
		}
	}
}

// selectReflect is for any number of channels of any types.
func selectReflect(cases []Case, block bool) int {
	list := make([]reflect.SelectCase, len(cases), len(cases)+1)
	for i := range cases {
		list[i].Dir = reflect.SelectRecv // of a nil channel, if there is none
		if cs := &cases[i]; cs.ch != nil {
			list[i] = cs.ch.reflectCase(*cs)
		}
	}
	if !block {
		list = append(list, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	i, v, ok := reflect.Select(list)
	if i == len(cases) {
		return -1
	}
	if cs := &cases[i]; !cs.send {
		cs.ch.deliverReflect(*cs, v, ok)
	}
	return i
}

func (c *Chan[T]) reflectCase(cs Case) reflect.SelectCase {
	ch := reflect.ValueOf(c.native)
	if !cs.send {
		return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: ch}
	}
	v := reflect.ValueOf(&cs.node.(*node[T]).value).Elem()
	return reflect.SelectCase{Dir: reflect.SelectSend, Chan: ch, Send: v}
}

func (c *Chan[T]) deliverReflect(cs Case, v reflect.Value, ok bool) {
	var value T
	reflect.ValueOf(&value).Elem().Set(v)
	c.deliver(&cs, value, ok)
}

// arm is a case of a select statement. One of the channels is nil, or both are: a select statement
// passes over nil channels.
type arm[T any] struct {
	to, from chan T
	v        T
}

// arm says whether all cases are of c's type, and if so, fills arms.
func (c *Chan[T]) arm(arms []arm[T], cases []Case) bool {
	for i := range cases {
		cs, a := &cases[i], &arms[i]
		if cs.ch == nil {
			continue
		}
		ci, same := cs.ch.(*Chan[T])
		if !same {
			return false
		}
		if cs.send {
			a.to, a.v = ci.native, cs.node.(*node[T]).value
		} else {
			a.from = ci.native
		}
	}
	return true
}

func (c *Chan[T]) selectFew(cases [fewCases]Case, block bool) (chosen int, done bool) {
	var a [fewCases]arm[T]
	if !c.arm(a[:], cases[:]) {
		return -1, false
	}
	var ok bool
	if block {
		chosen, ok = awaitFew(&a)
	} else {
		chosen, ok = pollFew(&a)
	}
	if chosen >= 0 && !cases[chosen].send {
		c.deliver(&cases[chosen], a[chosen].v, ok)
	}
	return chosen, true
}

func awaitFew[T any](a *[fewCases]arm[T]) (chosen int, ok bool) {
	select {
	case a[0].to <- a[0].v:
		return 0, false
	case a[0].v, ok = <-a[0].from:
		return 0, ok
	case a[1].to <- a[1].v:
		return 1, false
	case a[1].v, ok = <-a[1].from:
		return 1, ok
	}
}

func pollFew[T any](a *[fewCases]arm[T]) (chosen int, ok bool) {
	select {
	case a[0].to <- a[0].v:
		return 0, false
	case a[0].v, ok = <-a[0].from:
		return 0, ok
	case a[1].to <- a[1].v:
		return 1, false
	case a[1].v, ok = <-a[1].from:
		return 1, ok
	default:
		return -1, false
	}
}

func (c *Chan[T]) selectSome(cases [someCases]Case, block bool) (chosen int, done bool) {
	var a [someCases]arm[T]
	if !c.arm(a[:], cases[:]) {
		return -1, false
	}
	var ok bool
	if block {
		chosen, ok = awaitSome(&a)
	} else {
		chosen, ok = pollSome(&a)
	}
	if chosen >= 0 && !cases[chosen].send {
		c.deliver(&cases[chosen], a[chosen].v, ok)
	}
	return chosen, true
}

func awaitSome[T any](a *[someCases]arm[T]) (chosen int, ok bool) {
	select {
	case a[0].to <- a[0].v:
		return 0, false
	case a[0].v, ok = <-a[0].from:
		return 0, ok
	case a[1].to <- a[1].v:
		return 1, false
	case a[1].v, ok = <-a[1].from:
		return 1, ok
	case a[2].to <- a[2].v:
		return 2, false
	case a[2].v, ok = <-a[2].from:
		return 2, ok
	case a[3].to <- a[3].v:
		return 3, false
	case a[3].v, ok = <-a[3].from:
		return 3, ok
	}
}

func pollSome[T any](a *[someCases]arm[T]) (chosen int, ok bool) {
	select {
	case a[0].to <- a[0].v:
		return 0, false
	case a[0].v, ok = <-a[0].from:
		return 0, ok
	case a[1].to <- a[1].v:
		return 1, false
	case a[1].v, ok = <-a[1].from:
		return 1, ok
	case a[2].to <- a[2].v:
		return 2, false
	case a[2].v, ok = <-a[2].from:
		return 2, ok
	case a[3].to <- a[3].v:
		return 3, false
	case a[3].v, ok = <-a[3].from:
		return 3, ok
	default:
		return -1, false
	}
}
