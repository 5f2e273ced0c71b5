//go:build !unix

package gnet

// setNonblock does nothing: package os takes the descriptor as it is.
func setNonblock(int) error { return nil }
