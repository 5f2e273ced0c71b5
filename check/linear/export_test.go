package linear

import "time"

// SetBudget changes the time for one history and returns the way back.
func SetBudget(d time.Duration) (restore func()) {
	old := budget
	budget = d
	return func() { budget = old }
}
