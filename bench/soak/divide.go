//go:build !race

package main

// defaultDivide makes programs smaller by this factor.
const defaultDivide = 1
