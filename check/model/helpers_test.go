//go:build model

package model_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore"
)

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
