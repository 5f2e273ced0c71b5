package explore

func init() { Wrapper() }

// gate wraps a Bool, as a package between a program and this one would.
type gate struct{ open Bool }

func (g *gate) Unbar() { g.open.Store(true) }

func (g *gate) Unbarred() bool { return g.open.Load() }
