package rt

import (
	"fmt"

	"schedlab/rt/fault"
)

// Broken is what a design panics with when one of its invariants does not hold. It
// ends the process, with its stack.
type Broken = fault.Broken

// throw reports a wrong call, as a panic of the G that made it.
func throw(format string, args ...any) {
	panic("rt: " + fmt.Sprintf(format, args...))
}
