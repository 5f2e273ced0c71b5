package rt

// Native is what designs/native provides beneath a G in place of an M.
type Native interface {
	Go(fn func(*G))
	Call(fn func(*G)) // is Go for a goroutine that is there already, to be fn's
	Sleep(ns int64)
	SetProcs(n int) (before int, err error)
}

// NewNativeG returns the G that all goroutines of a native scheduler share.
func NewNativeG(n Native) *G { return &G{m: &M{native: n}, status: Running} }
