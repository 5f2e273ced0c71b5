package linear

import (
	"fmt"
	"strings"
)

// Elem is the name of an element of a queue under test; 0 is no element. Names must be distinct
// within a history: if two elements had the same name, a swap or a double could look right.
type Elem uint16

// Seq is a sequence of elements, two bytes each. It is a string because the states of a
// specification must be immutable and comparable.
type Seq string

// Of returns the sequence of xs without zeros, so that the answer "nothing" is the empty
// sequence.
func Of(xs ...Elem) Seq {
	b := make([]byte, 0, 2*len(xs))
	for _, x := range xs {
		if x != 0 {
			b = append(b, byte(x>>8), byte(x))
		}
	}
	return Seq(b)
}

// Len returns the number of elements.
func (s Seq) Len() int { return len(s) / 2 }

// At returns element i, counting from 0.
func (s Seq) At(i int) Elem { return Elem(s[2*i])<<8 | Elem(s[2*i+1]) }

// First returns the first n elements.
func (s Seq) First(n int) Seq { return s[:2*n] }

// After returns the elements behind the first n.
func (s Seq) After(n int) Seq { return s[2*n:] }

// String lists the elements. Three or more that ascend by one are written as first..last.
func (s Seq) String() string {
	var b strings.Builder
	for i := 0; i < s.Len(); {
		last := i
		for last+1 < s.Len() && s.At(last+1) == s.At(last)+1 {
			last++
		}
		if last-i < 2 {
			last = i
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, s.At(i))
		if last > i {
			fmt.Fprintf(&b, "..%d", s.At(last))
		}
		i = last + 1
	}
	return "[" + b.String() + "]"
}
