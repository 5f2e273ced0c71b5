package explore

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"schedlab/explore/internal/engine"
	"schedlab/internal/names"
)

// flags are the flags of this process: see 'Flags'.
var flags flagValues

func init() {
	if testing.Testing() {
		flags.register(flag.CommandLine)
	}
}

// flagValues are the values of the flags.
type flagValues struct {
	verbose bool
	seeds   bool   // a seed is given
	replay  string // token; "": none
	given   []func(*config)
}

func (f *flagValues) register(fs *flag.FlagSet) {
	set := func(name, usage string, parse func(string) (Option, error)) {
		fs.Func("explore."+name, usage, func(s string) error {
			o, err := parse(s)
			if err == nil {
				f.given = append(f.given, o)
			}
			return err
		})
	}
	set("strategy", "explore by the strategy of this `name`", func(s string) (Option, error) {
		if _, ok := strategies[s]; !ok || reserved[s] {
			return nil, names.Unknown("strategy", s, strategyNames())
		}
		return func(c *config) { c.choose(s, "-explore.strategy="+s) }, nil
	})
	preempt := number(0, func(c *config, n int) {
		c.Preempt = n
		c.wish(fmt.Sprintf("-explore.preemptions=%d", n), "bounded")
	})
	set("preemptions", "explore all executions with at most `n` preemptions", preempt)
	set("seed", "draw at random from this `seed`", func(s string) (Option, error) {
		f.seeds = true
		return parseSeed(s)
	})
	set("executions", "stop after `n` executions", number(1, func(c *config, n int) {
		c.Executions = uint64(n)
	}))
	set("budget", "stop after this `duration`, such as 90s or 10m", parseBudget)
	set("workers", "explore on `n` cores", number(1, func(c *config, n int) { c.workers = n }))
	set("shard", "explore part `i/n` only, i from 1 to n", parseShard)
	set("resume", "continue from this `file`, and write it when interrupted", parseFile)
	fs.StringVar(&f.replay, "explore.replay", "", "repeat the one execution of this `token`")
	fs.BoolVar(&f.verbose, "explore.v", false, "tell progress and verdicts")
}

// number parses a whole number of at least least.
func number(least int, set func(*config, int)) func(string) (Option, error) {
	return func(s string) (Option, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least {
			return nil, fmt.Errorf("it must be a whole number, %d or more", least)
		}
		return func(c *config) { set(c, n) }, nil
	}
}

func parseSeed(s string) (Option, error) {
	n, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		return nil, fmt.Errorf("it must be a whole number from 0 to 2^64-1")
	}
	return func(c *config) { c.Seed = n }, nil
}

func parseBudget(s string) (Option, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return nil, fmt.Errorf("it must be a duration of more than 0, such as 90s or 10m")
	}
	return func(c *config) { c.Budget = d }, nil
}

func parseShard(s string) (Option, error) {
	a, b, _ := strings.Cut(s, "/")
	i, err := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	if err != nil || err2 != nil || i < 1 || i > n {
		return nil, fmt.Errorf("it must be i/n with i from 1 to n, such as 1/8")
	}
	return func(c *config) { c.Shard, c.Shards = i-1, n }, nil
}

func parseFile(s string) (Option, error) {
	if s == "" {
		return nil, fmt.Errorf("it must be the name of a file")
	}
	return func(c *config) { c.resume = s }, nil
}

// apply sets what the flags ask for in cfg, which options have settled. A strategy among
// the flags replaces the strategy of the options, and the options that belong to it.
func (f *flagValues) apply(cfg *config) error {
	if f == nil {
		return nil
	}
	for _, set := range f.given {
		set(cfg)
	}
	if f.seeds && cfg.chosen != "" && !cfg.draws() {
		cfg.errs = append(cfg.errs, fmt.Errorf("-explore.seed contradicts %s, "+
			"which draws nothing at random; drop one of the two", cfg.chosen))
	}
	if err := cfg.settle(); err != nil {
		return err
	}
	if f.replay != "" {
		return cfg.replayOnly(f.replay)
	}
	return nil
}

// forNth returns the flags for the nth exploration of a test. skip says that another
// exploration is replayed, so that this one is left out.
func (f *flagValues) forNth(nth int) (fl *flagValues, skip bool) {
	which, token, ok := strings.Cut(f.replay, ":")
	n, err := strconv.Atoi(which)
	if !ok || err != nil {
		return f, f.replay != "" && nth != 1
	}
	one := *f
	one.replay = token
	return &one, n != nth
}

// replayOnly makes c explore only the execution that token stands for.
func (c *config) replayOnly(token string) error {
	s, err := engine.ParseSchedule(token)
	if err != nil {
		return err
	}
	c.Strategy, c.Replay = "replay", s
	c.workers, c.Shard, c.Shards, c.resume = 1, 0, 1, ""
	return nil
}
