package linear

import "time"

// SetBudget changes how long it may take to judge a history. restore changes it back.
func SetBudget(d time.Duration) (restore func()) {
	old := budget
	budget = d
	return func() { budget = old }
}
