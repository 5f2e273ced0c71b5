//go:build !sim

package main

import (
	"errors"
	"io"
)

func child(io.Writer, options) error {
	return errors.New("-child needs the sim build")
}
