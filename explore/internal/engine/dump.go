package engine

import (
	"bytes"
	"reflect"
	"runtime"
	"strings"
)

// root begins the names of all functions of the explorer's packages.
var root = strings.TrimSuffix(reflect.TypeFor[Engine]().PkgPath(), "/internal/engine")

// Ours says whether the function of that name, in file, belongs to the explorer. It returns
// the name within the package if the package is explore, and "" if it is one below.
func Ours(function, file string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(function, root)
	if !ok || strings.HasSuffix(file, "_test.go") {
		return "", false
	}
	if name, ok = strings.CutPrefix(rest, "."); ok {
		return name, true
	}
	_, ok = strings.CutPrefix(rest, "/internal/")
	return "", ok
}

// bottom is the function that calls the program. On the stack of a carrier that was held up,
// frames of executions that were given up are below it.
var bottom = root + "/internal/engine.(*carrier).carry"

// AtBottom says whether no frames of the program under way are below the function of that name.
func AtBottom(function string) bool { return function == bottom }

// userStack cuts what belongs to the explorer, or to other executions, off a stack dump.
func userStack(stack []byte) string {
	lines := strings.Split(strings.TrimSpace(string(stack)), "\n")
	kept := lines[:1:1]
	for i := 1; i+1 < len(lines); i += 2 { // a call, then its place
		call, file := lines[i], lines[i+1]
		if strings.HasPrefix(call, bottom+"(") {
			break
		}
		_, ours := Ours(call, file[:max(0, strings.LastIndexByte(file, ':'))])
		if !ours && !beneath(call) {
			kept = append(kept, call, file)
		}
	}
	return strings.Join(kept, "\n")
}

// beneath says whether a line of a stack dump tells of what the explorer stands on.
func beneath(call string) bool {
	for _, prefix := range []string{"panic(", "runtime", "iter.", "created by"} {
		if strings.HasPrefix(call, prefix) {
			return true
		}
	}
	return strings.Contains(call, "internal/coro.")
}

// goroutineID returns the number that stack dumps show.
func goroutineID() string {
	buf := make([]byte, 64)
	fields := bytes.Fields(buf[:runtime.Stack(buf, false)])
	return string(fields[1])
}
