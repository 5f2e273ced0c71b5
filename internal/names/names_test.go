package names

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnknownNamesTheNearestFirst(t *testing.T) {
	known := []string{"gm", "global", "gpm", "native"}
	require.EqualError(t, Unknown("design", "gpn", known),
		`unknown design "gpn"; nearest: gpm, gm, global; all: gm, global, gpm, native`)
	require.EqualError(t, Unknown("size", "big", []string{"small"}),
		`unknown size "big"; nearest: small; all: small`)
}

func TestDistanceCountsSingleLetterEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"gpm", "gpm", 0},
		{"", "gpm", 3},
		{"gpm", "gm", 1},
		{"gm", "gpm", 1},
		{"gpn", "gpm", 1},
		{"kitten", "sitting", 3},
	} {
		require.Equal(t, c.want, distance(c.a, c.b), "%q to %q", c.a, c.b)
	}
}
