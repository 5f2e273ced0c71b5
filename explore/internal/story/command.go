package story

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"

	"schedlab/explore/internal/engine"
)

// replayCommand returns the command that repeats s, found at o. The token of a test's
// second exploration begins with "2:", and so on.
func replayCommand(s engine.Schedule, o Origin) string {
	flag := "-explore.replay="
	if o.Nth > 1 {
		flag += fmt.Sprintf("%d:", o.Nth)
	}
	flag += s.String()
	if o.Test == "" {
		return flag
	}
	return fmt.Sprintf("go test %s%s -run '%s' %s",
		buildTags(), testedPackage(), runPattern(o.Test), flag)
}

// testedPackage returns the path of the package whose tests this binary runs. It is "." if
// the path is not known, as when go test is given files.
var testedPackage = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		path, test := strings.CutSuffix(info.Path, ".test")
		if test && path != "command-line-arguments" {
			return path
		}
	}
	return "."
})

// runPattern returns the value of -run with which only this test runs.
func runPattern(testName string) string {
	parts := strings.Split(testName, "/")
	for i, p := range parts {
		parts[i] = "^" + strings.ReplaceAll(regexp.QuoteMeta(p), "'", ".") + "$"
	}
	return strings.Join(parts, "/")
}

// buildTags returns the -tags flag with which this binary was built; "": none.
var buildTags = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return "-tags " + s.Value + " "
		}
	}
	return ""
})
