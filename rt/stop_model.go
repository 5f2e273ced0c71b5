//go:build model

package rt

// StopNow stops the scheduler as a failure does, without Run or Close: for the Dance of
// package gpm, which is explored without either.
func (c *Core) StopNow() { c.stop() }
