package conform

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// So that a change of status that nothing brings about, and a property that is
// renamed, are noticed.
func TestEveryChangeOfStatusHasAPropertyThatReachesIt(t *testing.T) {
	for from := rt.Idle; from <= rt.Dead; from++ {
		for to := rt.Idle; to <= rt.Dead; to++ {
			name, reached := reachedBy[change{from, to}]
			require.Equalf(t, from.MayBecome(to), reached, "from %s to %s", from, to)
			if reached {
				require.Truef(t, slices.ContainsFunc(properties, func(p property) bool { return p.name == name }), "there is no property %s", name)
			}
		}
	}
}
