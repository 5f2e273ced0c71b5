//go:build model

package model_test

import (
	"flag"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore"
)

// TestMain collects garbage only when there are 512 MiB. An exploration builds a scheduler for
// each execution and keeps little, so what costs is the number of collections: a third of the
// CPU with the default.
func TestMain(m *testing.M) {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(m.Run())
}

// verify explores program, which must keep all properties. There must be exactly so many
// executions, unless flags change how it is explored.
func verify(t *testing.T, executions uint64, program func(), opts ...explore.Option) {
	t.Helper()
	r := explore.Test(t, program, opts...)
	asked := true
	flag.Visit(func(f *flag.Flag) { asked = asked && !strings.HasPrefix(f.Name, "explore.") })
	if asked && !t.Failed() {
		require.Equal(t, executions, r.Complete)
	}
}

// beside runs each of fs on a thread of its own and waits for all.
func beside(fs ...func()) {
	var threads []*explore.Thread
	for _, f := range fs {
		threads = append(threads, explore.Go(f))
	}
	for _, th := range threads {
		th.Join()
	}
}
