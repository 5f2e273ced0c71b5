//go:build !race

package coro_test

const manyStacks = 10_000
