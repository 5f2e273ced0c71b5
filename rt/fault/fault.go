// Package fault names what the code of a scheduler panics with.
package fault

// Broken says that an invariant of the scheduler does not hold: the scheduler
// itself is wrong. It ends the process, since it is not a panic of the G on whose
// stack it is noticed.
type Broken string
