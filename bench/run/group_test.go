package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDesignsAreComparedWithTheBaselineAndVariantsWithTheirs(t *testing.T) {
	names := []string{"gm", "gpm", "gpm-nosteal", "work-first", "gpm-x-y", "native"}
	require.Equal(t, []group{
		{"The designs", []string{"native", "gm", "gpm", "work-first"}},
		{"Variants of gpm", []string{"gpm", "gpm-nosteal", "gpm-x-y"}},
	}, groups(names))
}

func TestWithoutTheBaselineTheFirstDesignIsIt(t *testing.T) {
	require.Equal(t, []group{{"The designs", []string{"gm", "gpm"}}}, groups([]string{"gm", "gpm"}))
}
