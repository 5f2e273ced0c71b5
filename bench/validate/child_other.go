//go:build !sim

package main

import (
	"errors"
	"io"
)

func child(io.Writer, string, string, int, int, int) error {
	return errors.New("-child needs the sim build")
}
