package rt

// On a slow machine the world may take long to stop, and the tests need the list.
func init() { lookPatience = 1e15 }

// Impatient makes Dump give up sooner, until restore is called. No Dump may be under way.
func Impatient(ns int64) (restore func()) {
	before := lookPatience
	lookPatience = ns
	return func() { lookPatience = before }
}
