//go:build !unix

package gnet

// setNonblock leaves it to package os, which takes the descriptor as it is.
func setNonblock(int) error { return nil }
