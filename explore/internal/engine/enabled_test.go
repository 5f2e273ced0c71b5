package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWaits: what canStep is not asked about is possible in the state in which it would refuse
// most: a lock that is taken and wanted, and a thread to join that has not ended.
func TestWaits(t *testing.T) {
	e := &Engine{Limits: &Limits{}}
	for k := OpNone; k.Valid(); k++ {
		u := &Thread{e: e, deadline: NoDeadline}
		u.Op = Op{Kind: k, Obj: &Object{e: e, bits: locked | wanted}, Join: &Thread{}}
		require.Equal(t, k.waits(), !u.canStep(), "%v", k)
	}
}
