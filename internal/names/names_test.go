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

func TestFindKnowsEachRowByItsName(t *testing.T) {
	table := []struct{ name string }{{"gm"}, {"gpm"}}
	nameOf := func(row struct{ name string }) string { return row.name }
	row, err := Find("design", "gpm", table, nameOf)
	require.NoError(t, err)
	require.Equal(t, table[1], row)
	_, err = Find("design", "gpn", table, nameOf)
	require.EqualError(t, err, `unknown design "gpn"; nearest: gpm, gm; all: gm, gpm`)
	require.Equal(t, []string{"gm", "gpm"}, Of(table, nameOf))
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
