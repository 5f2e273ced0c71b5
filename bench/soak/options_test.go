package main

import (
	"bytes"
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"schedlab/internal/command"
)

func TestFlags(t *testing.T) {
	args := strings.Fields("-design gpm-stealone -minutes 0.5 -seed 7 -procs 3 -round 9")
	o, err := parseOptions(args, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "gpm-stealone", o.row.Name)
	require.Equal(t, 30*time.Second, o.time)
	require.EqualValues(t, 7, o.seed)
	require.Equal(t, []int{3, 9, 0}, []int{o.procs, o.round, o.gs})
	o, err = parseOptions([]string{"-mode=blocked"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, 1_000_000, o.gs)
	o, err = parseOptions([]string{"-mode=short", "-gs=5"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, 5, o.gs)
}

func TestBadFlagsSayWhatIsWrong(t *testing.T) {
	for args, want := range map[string]string{
		"-design=gpn":                   `-design: unknown design "gpn"`,
		"-mode=shot":                    `-mode: unknown mode "shot"`,
		"-minutes=0":                    "-minutes is 0; it must be positive",
		"-minutes=NaN":                  "-minutes is NaN",
		"-procs=0":                      "-procs is 0; it must be 1 to 4096",
		"-round=-2":                     "-round is -2; it must be at least 0",
		"-round=1 -mode=short":          "-round is for -mode mix",
		"-gs=3":                         "-gs is for -mode blocked and -mode short",
		"-gs=-3 -mode=short":            "-gs is -3; it must be 1 to 1e+12",
		"-seed=x":                       "-h lists the flags",
		"-desing=gm":                    `unknown flag "-desing"; nearest: -design`,
		"-design=gm 3":                  `unexpected argument "3"`,
		"-gs=2000000000000 -mode=short": "it must be 1 to 1e+12",
	} {
		_, err := parseOptions(strings.Fields(args), io.Discard)
		require.ErrorContains(t, err, want, args)
		var errs bytes.Buffer
		status := soaker.Run(t.Context(), strings.Fields(args), io.Discard, &errs)
		require.Equal(t, command.Usage, status, args)
		require.True(t, strings.HasPrefix(errs.String(), "soak: "), errs.String())
	}
	var help bytes.Buffer
	_, err := parseOptions([]string{"-h"}, &help)
	require.ErrorIs(t, err, flag.ErrHelp)
	require.Contains(t, help.String(), "-minutes")
}
