//go:build !model && !sim

package host_test

import (
	"iter"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/host"
)

//go:noinline
func callerPlain() uintptr { return host.CallerPC() }

// grow makes the stack larger than it can have been before.
//
//go:noinline
func grow(n int) byte {
	var frame [1024]byte
	if n > 0 {
		frame[n%1024] = grow(n - 1)
	}
	return frame[(n+1)%1024]
}

//go:noinline
func callerAfterGrowth() uintptr {
	grow(300)
	return host.CallerPC()
}

//go:noinline
func callerWithLargeFrame(n int) uintptr {
	var frame [64 << 10]byte
	frame[n] = 1
	pc := host.CallerPC()
	return pc + uintptr(frame[n]-1)
}

//go:noinline
func callerWithManyValues(a, b, c, d, e, f, g, h, i, j, k, l uintptr) (uintptr, error) {
	return host.CallerPC() + (a + b + c + d + e + f + g + h + i + j + k + l), nil
}

//go:noinline
func callerWithDefer() (pc uintptr) {
	defer func() { recover() }()
	pc = host.CallerPC()
	panic("recovered")
}

//go:noinline
func callerGeneric[T any](T) uintptr { return host.CallerPC() }

type callee struct{ _ [3]int }

//go:noinline
func (c *callee) method() uintptr { return host.CallerPC() }

// inlined is small enough to be inlined: its physical frame is its caller's.
func inlined() uintptr { return callerPlain() }

// callers return what CallerPC says of them, each in a function with a name of its own.
var callers = []struct {
	name string
	call func() uintptr
}{
	{"callPlain", callPlain}, {"callInside", callInside}, {"callAfterGrowth", callAfterGrowth},
	{"callWithLargeFrame", callWithLargeFrame}, {"callWithManyValues", callWithManyValues},
	{"callWithDefer", callWithDefer}, {"callGeneric", callGeneric}, {"callMethod", callMethod},
	{"viaVariable", callClosure}, {"inlined", callInlined}, {"callDeep", callDeep},
}

func callPlain() uintptr          { return callerPlain() }
func callInside() uintptr         { return host.CallerInside() }
func callAfterGrowth() uintptr    { return callerAfterGrowth() }
func callWithLargeFrame() uintptr { return callerWithLargeFrame(5) }
func callWithManyValues() uintptr {
	pc, _ := callerWithManyValues(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return pc
}
func callWithDefer() uintptr { return callerWithDefer() }
func callGeneric() uintptr   { return callerGeneric("") }
func callMethod() uintptr    { return new(callee).method() }
func callInlined() uintptr   { return inlined() }
func callDeep() uintptr {
	grow(10)
	return callerPlain()
}

func callClosure() uintptr {
	captured := uintptr(runtime.NumCPU())
	f := func() uintptr { return host.CallerPC() + captured - uintptr(runtime.NumCPU()) }
	return viaVariable(f)
}

// viaVariable must not have f inlined into it.
//
//go:noinline
func viaVariable(f func() uintptr) uintptr { return f() }

func frameOf(pc uintptr) runtime.Frame {
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return f
}

func requireCallers(t *testing.T) {
	t.Helper()
	for _, c := range callers {
		want := "schedlab/host_test." + c.name
		pc := c.call()
		require.Equal(t, want, frameOf(pc).Function, c.name)
		require.Equal(t, want, runtime.FuncForPC(pc-1).Name(), c.name)
	}
}

func TestCallerPCIsInTheCallerOfF(t *testing.T) { requireCallers(t) }

func TestCallerPCGivesTheLine(t *testing.T) {
	_, file, line, _ := runtime.Caller(0)
	first := callerPlain()
	second :=
		host.CallerInside()
	require.Equal(t, file, frameOf(first).File)
	require.Equal(t, []int{line + 1, line + 3}, []int{frameOf(first).Line, frameOf(second).Line})
	// The answer is what the runtime says, to the byte.
	pc, says := callerBoth()
	require.Equal(t, says, pc)
}

//go:noinline
func callerBoth() (pc, says uintptr) {
	var pcs [1]uintptr
	runtime.Callers(2, pcs[:])
	return host.CallerPC(), pcs[0]
}

func TestCallerPCOnACoroutine(t *testing.T) {
	next, stop := iter.Pull(func(yield func(bool) bool) {
		requireCallers(t)
		yield(true)
		requireCallers(t) // continued by another goroutine
	})
	defer stop()
	next()
	done := make(chan struct{})
	go func() {
		defer close(done)
		next()
	}()
	<-done
}

var bottomPC = make(chan uintptr)

// bottom takes no arguments, because the go statement would make a wrapper for them.
//
//go:noinline
func bottom() { bottomPC <- host.CallerPC() }

func TestCallerPCAtTheBottomOfAStack(t *testing.T) {
	go bottom()
	require.Equal(t, "runtime.goexit", frameOf(<-bottomPC).Function)
}

// BenchmarkCallerPC: one op is a call of F. In none, F does not call CallerPC.
func BenchmarkCallerPC(b *testing.B) {
	b.Run("how=none", func(b *testing.B) {
		for b.Loop() {
			callerNone()
		}
	})
	b.Run("how=CallerPC", func(b *testing.B) {
		for b.Loop() {
			callerPlain()
		}
	})
	b.Run("how=runtime.Callers", func(b *testing.B) {
		for b.Loop() {
			callerSlow()
		}
	})
}

//go:noinline
func callerNone() uintptr { return 1 }

//go:noinline
func callerSlow() uintptr {
	var pc [1]uintptr
	runtime.Callers(2, pc[:])
	return pc[0]
}
