//go:build !sim

package host

// A simulated machine cannot see what plain code costs, nor which memory moves between its
// CPUs. Schedulers and workloads tell it. The machines of this file need not be told.

// simulated says that there is a machine to be told.
const simulated = false

// Work says that the caller has computed for ns nanoseconds since its last operation of this
// package. On a real machine that time has passed by itself.
func Work(ns int64) {}

// Line stands for plain memory that moves to the CPU that uses it: a G, a stack, the data
// under a lock. The zero Line has not been used yet. Here it takes no room, unless it is the
// last field of a struct.
type Line struct{}

// Touch says that the caller writes so many cache lines of the memory.
func (l *Line) Touch(lines int) {}

// CPU returns the number, from 0, of the CPU that the caller runs on; -1 if that is not known,
// as here.
func CPU() int { return -1 }

// Distance says how far the CPUs a and b, as CPU numbers them, are from each other: greater is
// farther. It is 0 for one and the same CPU, and if the distance is not known, as here.
func Distance(a, b int) int { return 0 }

// Read is Touch for a caller that only reads: others keep their copies.
func (l *Line) Read(lines int) {}

// swapWord looks at w up to tries times, and swaps old for new when it has found that. It says
// whether it did. It pauses after each try that fails.
func swapWord(w *Uint32, old, new uint32, tries int, pauses uint32) bool {
	for range tries {
		if w.Load() == old && w.CompareAndSwap(old, new) {
			return true
		}
		Pause(pauses)
	}
	return false
}
