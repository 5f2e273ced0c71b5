package designs

// Impatient makes Dump give up sooner, until restore is called. No Dump may be
// under way.
func Impatient(ns int64) (restore func()) {
	before := lookPatience
	lookPatience = ns
	return func() { lookPatience = before }
}
