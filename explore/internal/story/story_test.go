package story

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// Without its source, an object has the name of its type.
func TestObjectsWithoutSource(t *testing.T) {
	r := &recording{sources: sources{}}
	at := site{file: "gone.go", line: 3, method: "Int32.Load", call: "Load"}
	require.Equal(t, []string{"Int32", "", "Int32#2"}, r.named([][]site{{at}, nil, {at}}))
}

func TestReplayCommand(t *testing.T) {
	s := engine.Schedule{0}
	require.Equal(t, "-explore.replay="+s.String(), replayCommand(s, Origin{}))
	want := "go test " + buildTags() + "schedlab/explore/internal/story " +
		`-run '^TestA$/^b\+c$' -explore.replay=2:` + s.String()
	require.Equal(t, want, replayCommand(s, Origin{Test: "TestA/b+c", Nth: 2}))
}

func TestCellsAreBrokenBetweenWords(t *testing.T) {
	require.Equal(t, []string{"store x:", "0 → 1"}, broken("store x: 0 → 1", 9))
	require.Equal(t, []string{"abcdefgh", "ij"}, broken("abcdefghij", 8))
	require.Equal(t, []string{""}, broken("", 8))
}
