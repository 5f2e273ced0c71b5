// Package machine says what a program runs on: the kind of machine, its load, the version of
// the source. What cannot be found out is "".
package machine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Kind names the kind of this machine: CPU model, number of CPUs, operating system. It never
// names this one machine: that name is private to its owner.
func Kind(ctx context.Context) string { return kind(CPU(ctx), runtime.NumCPU(), runtime.GOOS) }

var (
	trademarks = regexp.MustCompile(`\((R|TM|r|tm)\)|@.*|\b(CPU|Processor|\d+-Core)\b`)
	notSlug    = regexp.MustCompile(`[^a-z0-9]+`)
)

func kind(cpu string, cores int, goos string) string {
	if cpu == "" {
		cpu = "unknown cpu"
	}
	cpu = strings.ToLower(trademarks.ReplaceAllString(cpu, ""))
	slug := strings.Trim(notSlug.ReplaceAllString(cpu, "-"), "-")
	return fmt.Sprintf("%s-%dcpu-%s", slug, cores, goos)
}

// CPU returns the model of the CPU.
func CPU(ctx context.Context) string {
	if runtime.GOOS == "darwin" {
		return output(ctx, "sysctl", "-n", "machdep.cpu.brand_string")
	}
	info, _ := os.ReadFile("/proc/cpuinfo") // without it, the model is unknown
	for line := range strings.Lines(string(info)) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Kernel returns the name and the version of the kernel.
func Kernel(ctx context.Context) string { return output(ctx, "uname", "-sr") }

// Load returns the load average of the last 1, 5 and 15 minutes. It shows whether the machine
// has other work.
func Load() string {
	data, _ := os.ReadFile("/proc/loadavg") // without it, the load is unknown
	if f := strings.Fields(string(data)); len(f) >= 3 {
		return strings.Join(f[:3], " ")
	}
	return ""
}

// Commit returns the commit of the source in root, and whether there are changes to it. Those
// to results do not count.
func Commit(ctx context.Context, root string) string {
	hash := output(ctx, "git", "-C", root, "rev-parse", "--short=12", "HEAD")
	if hash == "" {
		return "none"
	}
	changes := output(ctx, "git", "-C", root, "--no-optional-locks", "status", "--porcelain",
		"--", ".", ":(exclude)results")
	if changes != "" {
		hash += " (with uncommitted changes)"
	}
	return hash
}

// ModuleRoot returns the folder of the go.mod that the working directory belongs to.
func ModuleRoot(ctx context.Context) string {
	mod := output(ctx, "go", "env", "GOMOD")
	if mod == "" || mod == os.DevNull {
		return ""
	}
	return filepath.Dir(mod)
}

// output returns what a command prints, or "" if there is no such command or it fails: none
// of them is needed.
func output(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
