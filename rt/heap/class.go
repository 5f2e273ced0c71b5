package heap

import "math/bits"

const (
	maxSmall   = 32 << 10 // bytes; larger Blocks are made for each Alloc
	numClasses = 40       // sizeOf(numClasses-1) is maxSmall

	batchBytes = 64 << 10 // what moves at once to or from the heap, at most
	maxBatch   = 32       // the same in cells

	noClass = -1 // of a cell that goes to no list
)

// classOf returns the class of n bytes, 0 to maxSmall: the one with the smallest
// cells that are large enough. Four classes a doubling waste at most a fifth of a
// cell; below 64 bytes they are 16 apart.
func classOf(n int) int {
	if n <= 64 {
		return max(n-1, 0) / 16
	}
	top := bits.Len(uint(n - 1)) // n is at most 1<<top
	return 4*(top-7) + (n-1)>>(top-3)
}

// sizeOf returns the size of the cells of class.
func sizeOf(class int) int {
	if class < 4 {
		return 16 * (class + 1)
	}
	return (5 + class%4) << (3 + class/4)
}

// batchOf returns how many cells of class move at once.
func batchOf(class int) int { return min(batchBytes/sizeOf(class), maxBatch) }
