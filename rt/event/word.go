package event

// word is an event in eight bytes.
//
//	bits 0-4   the Kind
//	bits 5-63  its argument, by kind: see form
//
// The G on the M, its P and the time are not in it: they carry over from word to
// word (state). So the life of a G that never blocks takes three words. Words
// that only say what carries over, and are no events, are marks.
type word uint64

const (
	kindBits = 5
	argBits  = 64 - kindBits

	// Marks. Both are no Kind of an Event.
	markTime = Kind(0)               // the clock reading for what follows
	markP    = Kind(1<<kindBits - 1) // the M has another P from here on
)

func wordOf(k Kind, arg uint64) word { return word(arg<<kindBits | uint64(k)) }

func (w word) kind() Kind  { return Kind(w & (1<<kindBits - 1)) }
func (w word) arg() uint64 { return uint64(w) >> kindBits }

// form says what the words of a kind hold as their argument.
type form uint8

const (
	holdsTime   form = iota // the low bits of the CPU's ticks; the G is the one that runs
	holdsG                  // the ID of a G
	holdsReason             // a WaitReason
	holdsOf                 // a P and a number: see argOf
)

var forms = [1 << kindBits]form{
	Spawn: holdsG, Run: holdsG, Ready: holdsG,
	Park: holdsReason,
	Poll: holdsOf, MStart: holdsOf, MPark: holdsOf, MWake: holdsOf, Steal: holdsOf,
	GlobalGet: holdsOf, Handoff: holdsOf, Retake: holdsOf, markP: holdsOf,
}

// ofBits is how many bits of an argument hold the ID of a P, plus 1. A number is
// above.
const ofBits = 16

// noGs is the number in the argument of a word that tells of none.
const noGs = 0

func argOf(of, n int) uint64 { return uint64(n)<<ofBits | uint64(uint16(of+1)) }

func splitArg(arg uint64) (of int16, n int) {
	return int16(arg&(1<<ofBits-1)) - 1, int(arg >> ofBits)
}

// ticksAfter completes a reading of which only the low bits are known. prev is the
// reading before. The result is not less than prev: the counter of another CPU can
// be behind by a little.
func ticksAfter(prev, low uint64) uint64 {
	return prev + uint64(max(0, int64((low-prev)<<kindBits)>>kindBits))
}
