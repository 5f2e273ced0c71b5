package command

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// toy has the flag -seed; its work ends as fails says.
func toy(fails error) Command {
	return Command{Name: "toy", Parse: func(args []string, help io.Writer) (Work, error) {
		fs := Flags("toy")
		fs.Int("seed", 1, "of what is drawn")
		fs.Bool("full", false, "all of it")
		work := func(_ context.Context, out io.Writer) error {
			io.WriteString(out, "worked\n")
			return fails
		}
		return work, Parse(fs, args, help)
	}}
}

func TestTheExitStatusTellsHowACommandEnds(t *testing.T) {
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for name, test := range map[string]struct {
		ctx    context.Context
		args   []string
		fails  error
		status int
		errs   string
	}{
		"success":     {t.Context(), nil, nil, 0, ""},
		"failure":     {t.Context(), nil, errors.New("wrong"), Failed, "toy: wrong\n"},
		"interrupt":   {interrupted, nil, nil, Interrupted, ""},
		"both":        {interrupted, nil, errors.New("wrong"), Failed, "toy: wrong\n"},
		"interrupted": {interrupted, nil, Interrupt("x"), Interrupted, "toy: interrupted: x\n"},
		"usage": {t.Context(), []string{"-seed=x"}, nil, Usage,
			"toy: invalid value \"x\" for flag -seed: parse error; -h lists the flags\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs strings.Builder
			require.Equal(t, test.status, toy(test.fails).Run(test.ctx, test.args, &out, &errs))
			require.Equal(t, test.errs, errs.String())
			require.Equal(t, test.status != Usage, out.String() == "worked\n")
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	var out, errs strings.Builder
	require.Zero(t, toy(nil).Run(t.Context(), []string{"-h"}, &out, &errs))
	require.Contains(t, errs.String(), "of what is drawn")
	require.Empty(t, out.String())
}

func TestAMisspelledFlagIsAnsweredWithTheNearest(t *testing.T) {
	for arg, want := range map[string]string{
		"-sed=1": `unknown flag "-sed"; nearest: -seed, -full; all: -full, -seed; -h lists`,
		"seed":   `unexpected argument "seed"; values belong to flags`,
	} {
		_, err := toy(nil).Parse([]string{arg}, io.Discard)
		require.ErrorContains(t, err, want)
	}
}
