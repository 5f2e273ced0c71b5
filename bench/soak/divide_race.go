//go:build race

package main

// defaultDivide: with the race detector everything is ten times as slow.
const defaultDivide = 8
