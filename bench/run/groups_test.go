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

func TestSectionsHoldTheUnitsThatOccurAndTheRest(t *testing.T) {
	require.Equal(t, []section{
		{"Time", []string{"sec/op"}},
		{"Lock contention", []string{"contended/op", "futex/op"}},
		{"The workloads' own figures (see the head comment of each)", []string{"late-p99-sec"}},
	}, sections([]string{"contended/op", "futex/op", "late-p99-sec", "sec/op"}))
}
