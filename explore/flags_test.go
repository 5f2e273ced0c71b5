package explore

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// parsed returns the flags that args set.
func parsed(args ...string) (*flagValues, error) {
	f := &flagValues{}
	fs := flag.NewFlagSet("test", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	f.register(fs)
	return f, fs.Parse(args)
}

func TestFlagsOverrideOptions(t *testing.T) {
	for _, c := range []struct {
		name string
		opts []Option
		args []string
		want func(*config)
	}{
		{"none", []Option{Preemptions(1)}, nil,
			func(c *config) { c.Strategy, c.Preempt = "bounded", 1 }},
		{"strategy", []Option{Preemptions(1)}, []string{"-explore.strategy=naive"},
			func(c *config) { c.Strategy, c.Preempt = "naive", 1 }},
		{"preemptions", []Option{Strategy("random")}, []string{"-explore.preemptions=4"},
			func(c *config) { c.Strategy, c.Preempt = "bounded", 4 }},
		{"seed", []Option{Strategy("pct"), Seed(1)}, []string{"-explore.seed=0x10"},
			func(c *config) { c.Strategy, c.Seed = "pct", 16 }},
		{"seed, and nothing is drawn", nil, []string{"-explore.seed=5"},
			func(c *config) { c.Seed = 5 }},
		{"budgets", []Option{Executions(7), Budget(time.Hour)},
			[]string{"-explore.executions=9", "-explore.budget=90s"},
			func(c *config) { c.Executions, c.Budget = 9, 90*time.Second }},
		{"workers", []Option{Workers(3)}, []string{"-explore.workers=2"},
			func(c *config) { c.workers = 2 }},
		{"shard", nil, []string{"-explore.shard=3/8"},
			func(c *config) { c.Shard, c.Shards = 2, 8 }},
		{"resume", nil, []string{"-explore.resume=state"}, func(c *config) { c.resume = "state" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := parsed(c.args...)
			require.NoError(t, err)
			got, err := configure(c.opts, f)
			require.NoError(t, err)
			want := defaults()
			c.want(want)
			require.Equal(t, want, got)
		})
	}
}

func TestFlagsThatDoNotParseSaySo(t *testing.T) {
	for arg, err := range map[string]string{
		"-explore.strategy=magic":  `unknown strategy "magic"; nearest: naive, pct, `,
		"-explore.strategy=replay": "all: bounded, exhaustive, naive, pct, pos, random",
		"-explore.preemptions=two": "it must be a whole number, 0 or more",
		"-explore.preemptions=-1":  "it must be a whole number, 0 or more",
		"-explore.seed=-1":         "it must be a whole number from 0 to 2^64-1",
		"-explore.executions=0":    "it must be a whole number, 1 or more",
		"-explore.budget=10":       "it must be a duration of more than 0, such as 90s or 10m",
		"-explore.budget=-1s":      "it must be a duration of more than 0",
		"-explore.workers=0":       "it must be a whole number, 1 or more",
		"-explore.shard=0/4":       "it must be i/n with i from 1 to n, such as 1/8",
		"-explore.shard=5/4":       "it must be i/n",
		"-explore.shard=1/4/2":     "it must be i/n",
		"-explore.shard=1":         "it must be i/n",
		"-explore.resume=":         "it must be the name of a file",
		"-explore.v=maybe":         "invalid boolean value",
		"-explore.nothing":         "flag provided but not defined",
	} {
		_, got := parsed(arg)
		require.ErrorContains(t, got, err)
		name, _, _ := strings.Cut(arg, "=")
		require.ErrorContains(t, got, name)
	}
}

func TestFlagsThatContradictEachOtherAreErrors(t *testing.T) {
	for _, c := range []struct {
		args []string
		err  string
	}{
		{[]string{"-explore.strategy=random", "-explore.preemptions=2"},
			"-explore.preemptions=2 contradicts -explore.strategy=random: it is for bounded"},
		{[]string{"-explore.strategy=naive", "-explore.seed=2"},
			"-explore.seed contradicts -explore.strategy=naive, which draws nothing at random"},
		{[]string{"-explore.strategy=pct", "-explore.strategy=pos"},
			"-explore.strategy=pos contradicts -explore.strategy=pct"},
		{[]string{"-explore.replay=nonsense"}, "not a schedule: "},
	} {
		f, err := parsed(c.args...)
		require.NoError(t, err)
		_, err = configure(nil, f)
		require.ErrorContains(t, err, c.err)
	}
}

func TestAReplayIsForOneExplorationOfATest(t *testing.T) {
	for _, c := range []struct {
		flag  string
		nth   int
		token string
		skip  bool
	}{
		{"", 1, "", false},
		{"", 2, "", false},
		{"abc", 1, "abc", false},
		{"abc", 2, "", true},
		{"2:abc", 1, "", true},
		{"2:abc", 2, "abc", false},
	} {
		f := &flagValues{replay: c.flag}
		one, skip := f.forNth(c.nth)
		require.Equal(t, c.skip, skip, "%+v", c)
		if !skip {
			require.Equal(t, c.token, one.replay, "%+v", c)
		}
	}
}

// TestOnlyTestBinariesHaveFlags builds a program that imports the package.
func TestOnlyTestBinariesHaveFlags(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	require.NotNil(t, flag.Lookup("explore.v"))
	here, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		return file
	}
	program := write("main.go", `package main
import ("flag"; "fmt"; _ "`+reflect.TypeFor[Result]().PkgPath()+`")
func main() { flag.VisitAll(func(f *flag.Flag) { fmt.Println(f.Name) }) }
`)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(here, "flagprobe", "main.go"): program,
	}})
	require.NoError(t, err)
	var errs bytes.Buffer // go may say there what it downloads
	run := exec.Command(
		"go", "run", "-overlay", write("overlay.json", string(overlay)), "./flagprobe")
	run.Stderr = &errs
	out, err := run.Output()
	require.NoError(t, err, "%s", &errs)
	require.Empty(t, string(out))
}
