//go:build !race

package host

const manyStacks = 10_000
