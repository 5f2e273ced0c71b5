//go:build !amd64 && !arm64

package coro

import (
	"bytes"
	"runtime"
	"strconv"
)

// Goroutine returns what tells the running goroutine from all others that have not
// ended: here the number that stack dumps show, which takes some microseconds.
func Goroutine() uintptr {
	buf := make([]byte, 64)
	fields := bytes.Fields(buf[:runtime.Stack(buf, false)])
	id, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		panic("coro: Goroutine: a stack dump begins with no number: " + err.Error())
	}
	return uintptr(id)
}
