package main

import (
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/workloads"
)

func optionsOf(t *testing.T, args ...string) options {
	o, err := parseOptions(args, nil)
	require.NoError(t, err)
	return o
}

func designsOf(o options) map[string]bool {
	set := map[string]bool{}
	for _, c := range o.cells {
		set[c.Design] = true
	}
	return set
}

func TestQuickIsTheDesignsAndFullAllOfThem(t *testing.T) {
	quick, full := optionsOf(t), optionsOf(t, "-full")
	require.Equal(t, "quick", quick.name)
	require.Equal(t, workloads.Normal, quick.size)
	require.Len(t, designsOf(quick), len(mains(all.Names())))
	require.Equal(t, "full", full.name)
	require.Equal(t, workloads.Large, full.size)
	require.Len(t, designsOf(full), len(all.Table))
	for _, o := range []options{quick, full} {
		require.GreaterOrEqual(t, o.count, 10, "what is published has at least 10 samples")
	}
}

func TestAnotherComparisonNeverReplacesANamedOne(t *testing.T) {
	for _, arg := range []string{
		"-designs=native", "-workloads=" + workloads.Table[0].Name, "-procs=1", "-size=small",
		"-count=3", "-benchtime=1s",
	} {
		require.Empty(t, optionsOf(t, arg).name, arg)
	}
	env := environment{{"machine", "m"}}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	require.Equal(t, "root/results/m/quick", resultsDir(optionsOf(t), "root", env, now))
	unnamed := optionsOf(t, "-count=3", "-out=elsewhere")
	require.Equal(t, "elsewhere/m/20260102-030405", resultsDir(unnamed, "root", env, now))
}

func TestBadFlagsAreExplained(t *testing.T) {
	first := workloads.Table[0].Name
	for name, test := range map[string]struct{ arg, want string }{
		"design":    {"-designs=nativ", `unknown design "nativ"; nearest: native`},
		"workload":  {"-workloads=" + first + "x", "nearest: " + first},
		"size":      {"-size=huge", `-size: unknown size "huge"`},
		"procs":     {"-procs=0", "it must be 1 to 4096"},
		"count":     {"-count=0", "-count is 0; it must be at least 1"},
		"benchtime": {"-benchtime=-1s", "-benchtime is -1s; it must be positive"},
		"timeout":   {"-timeout=0s", "-timeout is 0s; it must be positive"},
		"argument":  {"gm", `unexpected argument "gm"`},
		"unknown":   {"-sed=2", `unknown flag "-sed"; nearest: -seed`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseOptions([]string{test.arg}, nil)
			require.ErrorContains(t, err, test.want)
		})
	}
	_, err := parseOptions([]string{"-quick", "-full"}, nil)
	require.ErrorContains(t, err, "choose one")
}

func TestHelpListsTheFlags(t *testing.T) {
	var help strings.Builder
	_, err := parseOptions([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Contains(t, help.String(), "-compare")
}

func TestProcsAreThePowersOfTwoAndAllCPUs(t *testing.T) {
	require.Equal(t, "1", procsUpTo(1))
	require.Equal(t, "1,2", procsUpTo(2))
	require.Equal(t, "1,2,4,6", procsUpTo(6))
}
