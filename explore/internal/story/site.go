package story

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"schedlab/explore/internal/engine"
)

// site is the place where the program calls the explorer.
type site struct {
	file, function string
	line           int
	method         string // that is called: Int32.Load
	call           string // the name at the call: Load, or the name of a wrapper
}

func (s site) String() string {
	if s.line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", filepath.Base(s.file), s.line)
}

// wrappers holds the names of the files whose functions wrap the explorer's.
var wrappers sync.Map

// Wrap declares that the functions of file wrap the explorer's.
func Wrap(file string) { wrappers.Store(file, true) }

func wraps(file string) bool {
	_, ok := wrappers.Load(file)
	return ok
}

// callSite returns the place where the running stack calls the explorer.
func callSite() site {
	var pcs [64]uintptr
	return siteOf(pcs[:runtime.Callers(2, pcs[:])])
}

// Place returns the place where a stack calls the explorer, as file and line.
func Place(stack []uintptr) string { return siteOf(stack).String() }

// siteOf returns the place where the stack calls the explorer.
func siteOf(pcs []uintptr) (s site) {
	frames := runtime.CallersFrames(pcs)
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		name, ours := engine.Ours(f.Function, f.File)
		switch {
		case engine.AtBottom(f.Function):
			return s
		case ours && name == "":
		case ours:
			s.method = plainName(name)
			s.call = lastName(s.method)
		case wraps(f.File):
			s.call = lastName(plainName(f.Function))
		case strings.HasPrefix(f.Function, "runtime."):
		default:
			s.file, s.line, s.function = f.File, f.Line, f.Function
			return s
		}
	}
	return s
}

// plainName turns (*Pointer[...]).Load into Pointer.Load.
func plainName(f string) string {
	return strings.NewReplacer("(*", "", ")", "", "[...]", "").Replace(f)
}

func lastName(f string) string { return f[strings.LastIndexByte(f, '.')+1:] }
