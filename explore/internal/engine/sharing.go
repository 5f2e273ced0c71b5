package engine

// # Threads that share nothing
//
// Where several threads run and no two of them ever touch one controlled variable, there is
// one execution and nothing to prove. Most likely the program shares variables of
// sync/atomic, or plain ones, which are not watched. So the verdict is Unknown, unless
// Disjoint says that this is meant. It errs on the side of Verified: one variable that two
// threads touch is enough, whatever else they share.

// Sharing is what connects the threads of an exploration.
type Sharing uint8

const (
	alone     Sharing = iota // there is one
	Separate                 // there are several, no two of which have touched one variable
	connected                // two have, or need not
)

// noteSharing looks, at the end of e's execution, whether two of its threads have touched
// one variable. For plain memory that is noted on the way: see Shadow.touched.
func (e *Engine) noteSharing() {
	if e.Sharing == connected || len(e.Alive) < 2 {
		return
	}
	e.Sharing = Separate
	first := make([]int32, e.Nobjects) // by object: the thread, from 1
	touch := func(t, o int32) {
		switch {
		case o == NoObject || first[o] == t+1:
		case first[o] == 0:
			first[o] = t + 1
		default:
			e.Sharing = connected
		}
	}
	for i := range e.Events {
		ev := &e.Events[i]
		touch(ev.Thread, ev.Obj)
		touch(ev.Thread, ev.Obj2)
	}
	for _, t := range e.Alive {
		if !t.Ended && t.InVain() {
			touch(t.ID, t.Op.Obj.ID)
		}
	}
}
