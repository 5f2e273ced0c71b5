//go:build sim

package main

import (
	"context"
	"errors"
	"io"
)

func measureReal(context.Context, int, io.Writer) ([]result, error) {
	return nil, errors.New("-measure needs the real host")
}
