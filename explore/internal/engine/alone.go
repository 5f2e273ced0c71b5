package engine

import "slices"

// # Alone
//
// What a thread would do if it were left alone is found out by letting it: at a Pause it goes
// on at once, off the record. No strategy is asked, no event is made, and nobody sees it.
// That does no harm as long as the thread only does what has no lasting effect, and touches
// only what it has touched a little earlier. It sees that as it has left it (widen), whatever
// others have done since. So what is found out is the same wherever their steps fall.
//
//  1. It goes on until the next Pause. Its stack is compared with what it was (state). If
//     both are the same it is in the state in which it was: so it goes round for ever. For
//     bytes that are not in use see 'Bytes that differ'.
//  2. If they differ, perhaps it counts its rounds. It goes on, for at least Limits.Steps
//     operations. If they repeat themselves all the time, that counts as for ever, but the
//     verdict is Unknown then (Engine.Followed).
//  3. The operations that repeat themselves must be the last ones that it has executed on
//     the record. Else it does not wait: what it would do has not been explored yet.
//  4. If they are more than one, others can interfere between them, and what a first round
//     makes of that may differ from what later ones do. So they must have been executed twice
//     on the record, with whatever values.
//
// If it does anything else, such as to leave the loop, it would not have gone round for ever.
// What it has done off the record cannot be taken back. So the execution begins again: it
// repeats the same decisions (Engine.script), and this time Pause does not wait there. The
// strategy does not notice. What was found out is kept for this execution (Engine.begunAgain),
// and for others by all that the thread has done so far (Engine.restless). So it is most often
// found out once.
//
// The stack is all that a loop usually carries from one round to the next. It may also keep a
// count in plain memory, outside of its stack. Writing a Var is noticed (Thread.hidden). Other
// plain memory is not watched. So a round that is met for the first time is followed for
// more operations (familiar), whatever the stack says.
//
// What is taken on trust: that memory which is neither on the running stack nor watched holds no
// count but one that is noticed within the operations for which a loop is followed.
//
// # Bytes that differ
//
// Some of the bytes of a stack are not in use: a frame does not write all of its slots. What
// they hold is left over from frames that were there before. On the record these are other
// ones than off the record. So a loop that calls Pause by a function of its own may never find
// its stack the same. Such bytes must not count, and all others must. For a thread may look
// several times for the same, and then enter a loop that looks for it too: before, it is not in
// that loop.
//
// So if the stack differs, each operation off the record fills the stack below the frame that
// has called it (returnFilled), in every other round with the complement (fill, ^fill). A byte
// that holds what was filled in at two Pauses, one after the other, was not written by the
// frame in which it lies. So that frame cannot read it before it writes it, wherever it stands
// at the same instruction: the compiler lets a function read only what it has written on every
// way there. If all other bytes are the same as they were at the first Pause, so are all return
// addresses. So every frame stands at the same instruction, and the bytes that were left out
// were not in use at the first Pause either.
//
// If the state is the same at two Pauses, one after the other, but not that of the first, the
// thread enters its loop only later. It does not wait yet: what it does until then is explored.
//
// Go's runtime changes bytes that are not in use, too. They keep pointing to where the stack was
// when it is moved. So that this happens rarely, a thread begins with room on it (room). And a
// goroutine that is interrupted leaves its registers below. So a state is not said to be another
// one before the execution has begun again, and it was another one twice (retry).

// solo is a thread that is left alone.
type solo struct {
	e          *Engine
	t          *Thread
	ops        []look // off the record
	ends       []int  // of each round, how many there are then
	marks      []Mark // what the last operations on the record have touched
	enough     int    // it is to be followed for so many operations at least
	until      int    // it is followed for so many; 0: that is not known yet
	period     int    // the operations repeat themselves after so many; 0: likewise
	known      int    // of looks, from where it may repeat them
	open       []int  // from where it may repeat them, as far as is known so far
	state      []uint64
	before     []uint64 // the stack at the Pause before
	running    []uint64 // the stack now
	filling    uint64   // what operations leave below on the stack; 0: nothing
	filled     int      // at how many Pauses they did
	returned   int      // after so many operations the state was the first one; 0: not yet
	retried    bool     // see retry
	unused     []uint64 // of state, the bits that do not count; nil: all do
	fresh      uint64   // stands for the first round
	plain      bool     // plain memory was touched off the record, unjudged
	touches    int      // how often
	plainRound int      // by a round, at most
}

// begin lets t go on alone, if its last round may be one that it repeats. It says false if t
// does not wait. hidden says that the round has written plain memory.
func (s *solo) begin(t *Thread, round []look, hidden bool) bool {
	e := t.e
	s.e, s.t = e, t
	if t.rounds.tries > mostTries || !s.mayRepeat(round) {
		return false
	}
	s.state, s.retried = t.stackNow(s.state[:0]), false
	for _, a := range e.begunAgain {
		if a.thread == t.ID && a.steps == len(t.rounds.looks) {
			if a.undecided {
				s.retried = true
				continue
			}
			if a.period > 0 {
				s.unused = a.unused
				s.wait(a.period, a.proven)
				return true
			}
			t.rounds.tries++
			return false
		}
	}
	if _, known := e.restless[s.key(t)]; known {
		t.rounds.tries++
		return false
	}
	s.widen(len(round) + window)
	s.before = s.before[:0]
	s.ops, s.ends, s.until, s.period = s.ops[:0], s.ends[:0], 0, 0
	s.enough, s.plain, s.touches, s.plainRound = 0, false, 0, 0
	s.filling, s.filled, s.unused, s.returned = 0, 0, nil, 0
	s.open = s.open[:0]
	for i := s.known; i < len(t.rounds.looks); i++ {
		s.open = append(s.open, i)
	}
	t.alone = true
	t.hidden = hidden
	return true
}

// mayRepeat says whether some of the last operations of a round have no effect together.
// Those before them are not part of the loop.
func (s *solo) mayRepeat(round []look) bool {
	s.begins()
	open := 0
	for _, l := range slices.Backward(round) {
		if !l.kind.harmless() {
			return false
		}
		if m := s.of(l); m != nil {
			if m.sum != 0 {
				open--
			}
			if m.sum += l.change; m.sum != 0 {
				open++
			}
		}
		if open == 0 {
			return true
		}
	}
	return false
}

// begins begins new marks.
func (s *solo) begins() { s.e.solos, s.marks = s.e.solos+1, s.marks[:0] }

// of returns the mark of what l has touched, which is a new one if there was none; nil if it
// has touched nothing.
func (s *solo) of(l look) *Mark {
	if l.obj == NoObject {
		return nil
	}
	o := s.e.Objects[l.obj]
	if o.solo != s.e.solos {
		o.solo, o.slot = s.e.solos, len(s.marks)
		s.marks = append(s.marks, Mark{Obj: o})
	}
	return &s.marks[o.slot]
}

// mostTries: a thread that has not waited at so many Pauses, though it might have, goes on. To
// try it each time would take too long.
const mostTries = 1000

// widen makes marks what t has touched by its last n operations, and lets t see them as it
// has left them. What others have done since does not count.
func (s *solo) widen(n int) {
	looks := s.t.rounds.looks
	s.known = max(0, len(looks)-n)
	s.mark(s.known)
	for i := range s.marks {
		m := &s.marks[i]
		m.actual = m.Obj.pretend(m.last)
	}
}

// window is how many operations before the last round are known.
const window = 64

// key stands for all that t has done.
func (s *solo) key(t *Thread) uint64 { return (t.rounds.key ^ t.rounds.choices) * prime }

// mark makes marks what the thread has touched by its operations from the one on that is the
// i-th on the record.
func (s *solo) mark(i int) {
	r := s.t.rounds
	s.begins()
	for ; i < len(r.looks); i++ {
		l, n := r.looks[i], len(s.marks)
		m := s.of(l)
		if m == nil {
			continue
		}
		if n < len(s.marks) {
			m.At = r.at[i]
		}
		if l.mode == Writes {
			m.mode = Writes
			// What changes nothing cannot be seen, but for an RWMutex that is tried.
			if !m.Wrote && (l.change != 0 || m.Obj.Class == ClassRWMutex) {
				m.Wrote, m.WroteAt = true, r.at[i]
			}
		}
		m.last = m.Obj.seen(l.new, m.mode)
	}
}

// harmless says whether an operation of this kind can be done alone, and taken back by
// another one.
func (k Kind) harmless() bool {
	switch k {
	case OpCondWait, OpSignal, OpBroadcast, OpFutexWake, OpWoken, OpTimeout, OpDrain, OpRecord:
		return false
	}
	return true
}

// step is Thread.step of a thread that is alone. It says false if the thread is alone no
// longer: if its first step is one that does not repeat anything, no harm is done yet.
func (s *solo) step() bool {
	t, o := s.t, s.t.Op.Obj
	obj := int32(NoObject)
	if o != nil {
		obj = o.ID
	}
	s.narrow(func(l *look) bool { return l.kind == t.Op.Kind && l.obj == obj })
	switch {
	case !t.Op.Kind.harmless(), t.Op.Obj2 != nil, t.deadline != NoDeadline:
		return s.leave()
	case len(s.open) == 0:
		s.ends = s.ends[:0] // it may repeat itself after what it will have done then
		return s.leave()
	case o != nil && o.solo != s.e.solos:
		return s.leave() // what it has not touched a little earlier may be anything
	case !t.canStep(), t.Op.Kind == OpFutexWait && o.bits == t.Op.want: // it would sleep
		return s.leave()
	}
	return true
}

// narrow keeps of open what can still be repeated, as may says of the next operation.
func (s *solo) narrow(may func(l *look) bool) {
	looks, k := s.t.rounds.looks, len(s.ops)
	n := 0
	for _, from := range s.open {
		if may(&looks[from+k%(len(looks)-from)]) {
			s.open[n] = from
			n++
		}
	}
	s.open = s.open[:n]
}

// leave ends the trial: the thread does not go round for ever. If it has done nothing off the
// record, it is alone no longer, and leave returns false. Else it does not return. To touch
// plain memory is to do something: a data race is found on the record only.
func (s *solo) leave() bool {
	if len(s.ops) > 0 || s.plain {
		s.fail()
	}
	s.stop()
	s.t.forget()
	return false
}

// stop lets the thread see what is really there.
func (s *solo) stop() {
	s.t.alone = false
	for i := range s.marks {
		m := &s.marks[i]
		m.Obj.pretend(m.actual)
	}
}

// done is Thread.done of a thread that is alone.
func (s *solo) done(m Mode, old, new uint64, ok bool) {
	l := s.t.Op.Obj.look(s.t.Op.Kind, m, old, new, ok)
	s.narrow(func(x *look) bool { return x.ok == ok && x.mode == m && x.change == l.change })
	s.ops = append(s.ops, l)
	if len(s.open) == 0 {
		s.ends = s.ends[:0] // likewise
		s.fail()
	}
	if n := len(s.ops); s.period > 0 && s.ops[n-1] != s.ops[n-1-s.period] {
		s.fail()
	}
	if len(s.ops) > 4*s.e.Limits.Followed()+len(s.t.rounds.looks) {
		s.fail() // a round that does not end
	}
}

// familiar is how many operations a thread is followed for when it does what has not been met
// before.
const familiar = 1000

// paused is Pause of a thread that is alone.
func (s *solo) paused() {
	start := 0
	if k := len(s.ends); k > 0 {
		start = s.ends[k-1]
	}
	if len(s.ops) == start {
		return // nothing is between two calls
	}
	if !s.neutral(s.ops[start:]) {
		s.fail() // after this round it may wait
	}
	s.ends = append(s.ends, len(s.ops))
	n := len(s.ops)
	if start == 0 {
		s.meet(s.ops)
	}
	s.plainRound = max(s.plainRound, s.touches)
	s.touches = 0
	if n < s.enough {
		s.early()
		return
	}
	if s.returned > 0 && s.alike(s.returned) {
		s.end(s.returned, true)
		return
	}
	s.running = s.t.stackNow(s.running[:0])
	same, settled := s.compare()
	switch {
	case s.period > 0:
		if n >= s.until && (n-s.until)%s.period == 0 {
			s.end(s.period, false)
		}
	case s.t.hidden:
		if n >= s.e.Limits.Followed() {
			s.regular()
		}
	case same:
		s.end(s.ofState(), true)
	case settled:
		s.retry()
		s.ends = s.ends[:0] // it may wait later
		s.fail()
	case n >= s.e.Limits.Followed():
		s.regular()
	}
	s.before = append(s.before[:0], s.running...)
	s.fills()
}

// early compares the stack in the first rounds of those for which the thread is followed at
// least. Once the state has been that of the first Pause, the thread goes round for ever,
// whatever bytes Go's runtime changes later: see returned.
func (s *solo) early() {
	switch rounds := len(s.ends); {
	case s.returned > 0 || s.t.hidden || rounds > earlyRounds:
	case rounds == earlyRounds:
		s.before, s.filling, s.filled = s.before[:0], 0, 0
	default:
		s.running = s.t.stackNow(s.running[:0])
		if same, _ := s.compare(); same {
			s.returned, s.filling = s.ofState(), 0
			return
		}
		s.before = append(s.before[:0], s.running...)
		s.fills()
	}
}

const (
	earlyRounds = 8 // enough to tell which bytes are not in use

	fill       = 0x9d6bc5a3e7597149
	mostFilled = 64 // rounds: if it takes more, the stack differs in what is in use
)

// fills says what operations leave below on the stack until the next Pause.
func (s *solo) fills() {
	switch {
	case s.filled == mostFilled:
		s.filling = 0
	case s.filled%2 == 0:
		s.filled, s.filling = s.filled+1, fill
	default:
		s.filled, s.filling = s.filled+1, ^uint64(fill)
	}
}

// compare says whether the stack is the same as when the thread began to be alone, and whether
// it is the same as at the last Pause. Bytes that are not in use do not count.
func (s *solo) compare() (same, settled bool) {
	s.unused = s.unused[:0]
	filled := s.filled > 1 && s.filling != 0 // in the last two rounds
	if !filled || len(s.before) != len(s.running) {
		return len(s.state) > 0 && slices.Equal(s.state, s.running),
			s.filled == mostFilled && slices.Equal(s.before, s.running)
	}
	same, settled = len(s.state) == len(s.running), true
	for i, now := range s.running {
		unused := wholeBytes((s.before[i] ^ s.filling) &^ (now ^ s.filling))
		s.unused = append(s.unused, unused)
		settled = settled && (s.before[i]^now)&^unused == 0
		same = same && (s.state[i]^now)&^unused == 0
	}
	return same, settled
}

// wholeBytes returns the bits of those bytes of w of which all bits are set.
func wholeBytes(w uint64) (bytes uint64) {
	for b := uint64(0xff); b != 0; b <<= 8 {
		if w&b == b {
			bytes |= b
		}
	}
	return bytes
}

// meet says how long the thread is followed at least, of which round is the first one. The same
// round from another Pause is another one.
func (s *solo) meet(round []look) {
	s.fresh = (uint64(s.t.pc) ^ uint64(s.t.ID)) * prime
	for _, l := range round {
		s.fresh = look{obj: l.obj, kind: l.kind, new: l.new}.mix(s.fresh)
	}
	if _, met := s.e.followed[s.fresh]; !met {
		s.enough = familiar
	}
}

// neutral says whether a round has no effect that lasts.
func (s *solo) neutral(round []look) bool {
	for i := range s.marks {
		s.marks[i].sum = 0
	}
	for _, l := range round {
		if l.obj != NoObject {
			s.marks[s.e.Objects[l.obj].slot].sum += l.change
		}
	}
	for i := range s.marks {
		if s.marks[i].sum != 0 {
			return false
		}
	}
	return true
}

// ofState returns after how many operations the thread was in the state in which it began.
// All of them together repeat themselves; perhaps a part does already.
func (s *solo) ofState() int {
	for _, n := range s.ends {
		if len(s.ops)%n == 0 && s.alike(n) {
			return n
		}
	}
	return len(s.ops)
}

// alike says whether the operations repeat themselves after n of them.
func (s *solo) alike(n int) bool {
	return len(s.ops) >= n && slices.Equal(s.ops[n:], s.ops[:len(s.ops)-n])
}

// regular finds out whether the operations repeat themselves, though the state is another
// one each time. The thread goes on until it stands where it stood in its period.
func (s *solo) regular() {
	s.retry()
	n := len(s.ops)
	for _, p := range s.ends {
		if p > n/2 {
			break
		}
		if s.alike(p) {
			s.period, s.until = p, (n+p-1)/p*p
			if s.until == n {
				s.end(p, false)
			}
			return
		}
	}
	s.fail()
}

// end ends the trial: the operations repeat themselves after n of them. The thread waits, if
// the last n on the record were the same. proven says that its state is the same, too.
func (s *solo) end(n int, proven bool) {
	t, e := s.t, s.e
	r := t.rounds
	switch {
	case len(r.looks) < n || !s.equals(r.looks[len(r.looks)-n:], proven):
		s.ends = s.ends[:0] // it may wait after the next round
		s.fail()
	case (n > 1 || !proven) && !r.twice(n):
		s.ends = s.ends[:0] // likewise
		s.fail()
	}
	if r.plain < s.plainRound {
		s.ends = s.ends[:0] // later rounds touch plain memory that the first did not
		s.fail()
	}
	t.hidden = false
	e.followed[s.fresh] = struct{}{}
	if n == 1 && proven {
		s.await()
	}
	if s.unreal() {
		a := attempted{
			thread: t.ID, steps: len(r.looks), period: n, proven: proven,
			unused: slices.Clone(s.unused),
		}
		e.begunAgain = append(e.begunAgain, a)
		t.alone = false
		e.Outcome = Again
		e.switchTo(nil)
	}
	s.stop()
	s.wait(n, proven)
}

// unreal says whether the thread has seen what is not there any more. Then what it has done to
// plain memory never happens: the execution begins again, and it waits without a trial.
func (s *solo) unreal() bool {
	return slices.ContainsFunc(s.marks, func(m Mark) bool { return m.actual != m.last })
}

// wait lets the thread wait: it would repeat its last n operations.
func (s *solo) wait(n int, proven bool) {
	t, e := s.t, s.e
	if !proven && e.Followed == nil {
		e.Followed = callers()
	}
	s.remember(n, proven)
	s.mark(len(t.rounds.looks) - n)
	t.Await = append(t.Await[:0], s.marks...)
}

// twice says whether the last n operations have been executed before, with whatever values.
func (r *rounds) twice(n int) bool {
	last := len(r.looks) - n
	for from := last - n; from >= 0; from-- {
		if slices.EqualFunc(r.looks[from:from+n], r.looks[last:], look.alike) {
			return true
		}
	}
	return false
}

// alike says whether x does the same to the same object as l, with whatever values.
func (l look) alike(x look) bool { return l.kind == x.kind && l.obj == x.obj }

// equals says whether looks, on the record, are as many operations off the record.
func (s *solo) equals(looks []look, proven bool) bool {
	for i, l := range looks {
		if proven && l.obj != NoObject {
			o := s.e.Objects[l.obj]
			l.loose = o.solo == s.e.solos && s.marks[o.slot].Wrote
		}
		if !l.same(s.ops[i]) {
			return false
		}
	}
	return true
}

// remember notes what t has executed, if that changes something for a while: the round since
// it last paused, and the last n operations. These end in the state in which they began.
func (s *solo) remember(n int, proven bool) {
	r := s.t.rounds
	end := len(r.looks)
	if !proven {
		s.t.forget()
		return
	}
	state := sumOf(s.state, s.unused)
	if r.state != 0 {
		s.add(round{r.state, r.start, end})
	}
	s.add(round{state, end - n, end})
	r.state, r.start = state, end
	s.t.repeats, r.step, r.open = false, 0, 0
	for i, b := range r.before[:min(64, len(r.before))] {
		if b.state == state {
			s.t.repeats = true
			r.open |= 1 << i
		}
	}
}

// add adds b to the rounds that the thread has executed.
func (s *solo) add(b round) {
	r := s.t.rounds
	now := r.looks[b.from:b.to]
	s.mark(b.from)
	wrote := false
	for i := range now {
		l := &now[i]
		l.loose = l.obj != NoObject && s.marks[s.e.Objects[l.obj].slot].Wrote
		wrote = wrote || l.loose
	}
	if wrote && !slices.ContainsFunc(r.before, func(c round) bool {
		return c.state == b.state && slices.EqualFunc(r.looks[c.from:c.to], now, look.same)
	}) {
		r.before = append(r.before, b)
	}
}

// fail says that the thread does not go round for ever. It does not return: the execution
// begins again, and Pause does not wait there.
func (s *solo) fail() {
	s.failed()
	s.e.switchTo(nil)
}

// failed is fail, for a thread that ends.
func (s *solo) failed() {
	e, t := s.e, s.t
	if len(s.ops) == 0 && !s.plain {
		s.stop()
		return
	}
	key := t.rounds.key
	from := 0
	for _, n := range append([]int{0}, s.ends...) { // nor does it after the rounds until then
		for _, l := range s.ops[from:n] {
			key = e.named(t.rounds, l).mix(key)
		}
		from = n
		e.restless[(key^t.rounds.choices)*prime] = struct{}{}
	}
	t.alone = false
	e.begunAgain = append(e.begunAgain, attempted{thread: t.ID, steps: len(t.rounds.looks)})
	e.Outcome = Again
}

// retry lets the execution begin again, and the thread be alone again at the same Pause; but
// only once.
func (s *solo) retry() {
	if s.retried {
		return
	}
	e, t := s.e, s.t
	e.begunAgain = append(e.begunAgain, attempted{
		thread: t.ID, steps: len(t.rounds.looks), undecided: true,
	})
	t.alone = false
	e.Outcome = Again
	e.switchTo(nil)
}

// attempted is a Pause: of which thread, how many steps it had taken, and what came of it.
type attempted struct {
	thread int32
	steps  int
	period int // it waits, and would repeat so many operations; 0: it does not
	proven bool
	unused []uint64 // see solo.unused

	undecided bool // nothing yet
}
