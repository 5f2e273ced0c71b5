package explore

// # Threads that share nothing
//
// Where several threads run and no two of them ever touch one variable of this
// package's types, there is one execution and nothing to prove. Most likely the program
// shares variables of sync/atomic, or plain ones, which nobody watches here. So that is
// Unknown, unless Disjoint says that it is meant. It errs on the side of Verified: one
// variable that two threads touch is enough, whatever else they share.

// sharing is what connects the threads of an exploration.
type sharing uint8

const (
	alone     sharing = iota // there is one
	separate                 // there are several, no two of which have touched one variable
	connected                // two have, or need not
)

// share looks, at the end of e's execution, whether two of its threads have touched
// one variable. For plain memory that is noted on the way: see shadow.touched.
func (e *engine) share() {
	if e.sharing == connected || len(e.alive) < 2 {
		return
	}
	e.sharing = separate
	first := make([]int32, e.nobjects) // by object: the thread, from 1
	for i := range e.events {
		ev := &e.events[i]
		for _, o := range [...]int32{ev.obj, ev.obj2} {
			switch {
			case o == noObject || first[o] == ev.thread+1:
			case first[o] == 0:
				first[o] = ev.thread + 1
			default:
				e.sharing = connected
				return
			}
		}
	}
}
