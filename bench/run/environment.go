package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

// environment is what was measured on, with, and how: the configuration lines
// before the results of a raw file.
type environment []field

type field struct{ key, value string }

// String returns the fields as lines of the Go benchmark format. A field that
// the machine does not tell is left out.
func (e environment) String() string {
	var s strings.Builder
	for _, f := range e {
		if f.value != "" {
			fmt.Fprintf(&s, "%s: %s\n", f.key, f.value)
		}
	}
	return s.String()
}

// parseEnvironment is the inverse of String. benchfmt tells such lines only with a result
// after them, so one is appended.
func parseEnvironment(text string) (env environment) {
	in := benchfmt.NewReader(strings.NewReader(text+"\nBenchmarkEnd 1 0 x\n"), environmentFile)
	if in.Scan() {
		if end, ok := in.Result().(*benchfmt.Result); ok {
			for _, c := range end.Config {
				env = append(env, field{c.Key, string(c.Value)})
			}
		}
	}
	return env
}

func (e environment) get(key string) string {
	for _, f := range e {
		if f.key == key {
			return f.value
		}
	}
	return ""
}

// readEnvironment describes this machine as it is now.
func readEnvironment(ctx context.Context, root string, o options, now time.Time) environment {
	cpu := cpuModel(ctx)
	return environment{
		{"machine", machineName(cpu, runtime.NumCPU(), runtime.GOOS)},
		{"goos", runtime.GOOS},
		{"goarch", runtime.GOARCH},
		{"cpu", cpu},
		{"cores", fmt.Sprint(runtime.NumCPU())},
		{"kernel", output(ctx, "uname", "-sr")},
		{"load", loadAverage()},
		{"go", runtime.Version()},
		{"gomaxprocs", "set by each scheduler, to no more than it runs at once"},
		{"commit", commit(ctx, root)},
		{"command", strings.Join(append([]string{"go run ./bench/run"}, o.args...), " ")},
		{"size", o.size.String()},
		{"samples", fmt.Sprint(o.count)},
		{"benchtime", o.benchtime.String()},
		{"seed", fmt.Sprint(o.seed)},
		{"date", now.UTC().Format(time.RFC3339)},
	}
}

var (
	trademarks = regexp.MustCompile(`\((R|TM|r|tm)\)|@.*|\b(CPU|Processor|\d+-Core)\b`)
	notSlug    = regexp.MustCompile(`[^a-z0-9]+`)
)

// machineName names a kind of machine, never one machine: its owner's name for
// it is nobody's business.
func machineName(cpu string, cores int, goos string) string {
	if cpu == "" {
		cpu = "unknown cpu"
	}
	cpu = strings.ToLower(trademarks.ReplaceAllString(cpu, ""))
	return fmt.Sprintf("%s-%dcpu-%s", strings.Trim(notSlug.ReplaceAllString(cpu, "-"), "-"), cores, goos)
}

func cpuModel(ctx context.Context) string {
	if runtime.GOOS == "darwin" {
		return output(ctx, "sysctl", "-n", "machdep.cpu.brand_string")
	}
	info, _ := os.ReadFile("/proc/cpuinfo") // where there is none, the model is unknown
	for line := range strings.Lines(string(info)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// loadAverage of the last 1, 5 and 15 minutes: a machine that has other things
// to do is seen by it.
func loadAverage() string {
	data, _ := os.ReadFile("/proc/loadavg") // where there is none, the load is unknown
	if f := strings.Fields(string(data)); len(f) >= 3 {
		return strings.Join(f[:3], " ")
	}
	return ""
}

// commit returns what was measured, and whether there were changes to it. The
// results themselves are no such change.
func commit(ctx context.Context, root string) string {
	hash := output(ctx, "git", "-C", root, "rev-parse", "--short=12", "HEAD")
	if hash == "" {
		return "none"
	}
	changes := output(ctx, "git", "-C", root, "--no-optional-locks", "status", "--porcelain", "--", ".", ":(exclude)results")
	if changes != "" {
		hash += " (with uncommitted changes)"
	}
	return hash
}

// moduleRoot returns the folder of go.mod, beside which results stands.
func moduleRoot(ctx context.Context) (string, error) {
	mod := output(ctx, "go", "env", "GOMOD")
	if mod == "" || mod == os.DevNull {
		return "", fmt.Errorf("this folder is not in the module schedlab; run from its root: go run ./bench/run")
	}
	return filepath.Dir(mod), nil
}

// output returns what a command prints, or "" if there is no such command or it
// fails: none of them is needed.
func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
