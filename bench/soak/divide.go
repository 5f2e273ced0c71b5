//go:build !race

package main

const defaultDivide = 1
