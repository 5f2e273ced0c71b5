package linear

import "fmt"

// FIFO is the specification of an unbounded queue. Its state is its contents, head first. All
// answers are strong: what Get, Len and Empty say was so at one moment of the call. A length may
// be out of date when the caller looks at it. Linearizability allows that, so it needs no weaker
// specification.
var FIFO = Spec[Seq]{Name: "fifo"}

// The operations of a FIFO. One with several elements has its effect at one moment, too.
type (
	// Put adds In at the tail, in order. It stands for Put, PutBatch and Append.
	Put struct{ In Seq }
	// PutHead adds X before the head.
	PutHead struct{ X Elem }
	// Get takes Max elements from the head, or all if there are fewer. Out is empty only if the
	// queue was. It stands for Get and GetBatch.
	Get struct {
		Max int
		Out Seq
	}
	// GetSome is a Get of which the answer is not known.
	GetSome struct{ Max int }
	// Len answers with the number of elements.
	Len struct{ N int }
	// Empty answers whether there were no elements.
	Empty struct{ Yes bool }
)

func (o Put) Step(q Seq) (Seq, bool)     { return q + o.In, true }
func (o PutHead) Step(q Seq) (Seq, bool) { return Of(o.X) + q, true }
func (o Len) Step(q Seq) (Seq, bool)     { return q, q.Len() == o.N }
func (o Empty) Step(q Seq) (Seq, bool)   { return q, (q.Len() == 0) == o.Yes }

func (o Get) Step(q Seq) (Seq, bool) {
	n := min(o.Max, q.Len())
	return q.After(n), q.First(n) == o.Out
}

func (o GetSome) Step(q Seq) (Seq, bool) { return q.After(min(o.Max, q.Len())), true }

func (o Put) String() string     { return fmt.Sprintf("put %v", o.In) }
func (o PutHead) String() string { return fmt.Sprintf("puthead %d", o.X) }
func (o Get) String() string     { return fmt.Sprintf("get %d: %v", o.Max, o.Out) }
func (o GetSome) String() string { return fmt.Sprintf("get %d", o.Max) }
func (o Len) String() string     { return fmt.Sprintf("len: %d", o.N) }
func (o Empty) String() string   { return fmt.Sprintf("empty: %t", o.Yes) }
