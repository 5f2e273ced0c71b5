//go:build unix

package gnet

import "syscall"

func setNonblock(fd int) error { return syscall.SetNonblock(fd, true) }
