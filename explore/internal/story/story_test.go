package story

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// Without the source the types are the names.
func TestObjectsWithoutSource(t *testing.T) {
	r := &recording{sources: sources{}}
	at := site{file: "gone.go", line: 3, method: "Int32.Load", call: "Load"}
	require.Equal(t, []string{"Int32", "", "Int32#2"}, r.named([][]site{{at}, nil, {at}}))
}

func TestReplayCommand(t *testing.T) {
	s := engine.Schedule{0}
	require.Equal(t, "-explore.replay="+s.String(), replayCommand(s, Origin{}))
	require.Equal(t, "go test "+buildTags()+`schedlab/explore/internal/story -run '^TestA$/^b\+c$' -explore.replay=2:`+s.String(),
		replayCommand(s, Origin{Test: "TestA/b+c", Nth: 2}))
}

func TestWrap(t *testing.T) {
	require.Equal(t, []string{"store x:", "0 → 1"}, wrap("store x: 0 → 1", 9))
	require.Equal(t, []string{"abcdefgh", "ij"}, wrap("abcdefghij", 8))
	require.Equal(t, []string{""}, wrap("", 8))
}
