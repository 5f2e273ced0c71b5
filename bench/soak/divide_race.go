//go:build race

package main

// defaultDivide makes programs smaller by this factor: with the race detector they are about
// ten times as slow.
const defaultDivide = 8
