//go:build !race

package rt

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// A G and a stack are touched at every switch; larger ones would span two cache lines. Under
// the race detector a stack also keeps the locks of its thread.
func TestAGAndAStackFitACacheLineEach(t *testing.T) {
	const line = 64
	require.LessOrEqual(t, unsafe.Sizeof(G{}), uintptr(line))
	require.LessOrEqual(t, unsafe.Sizeof(stack{}), uintptr(line))
}
