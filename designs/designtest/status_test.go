package designtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/designs"
)

// So that a change of status that nothing brings about, and a property that is
// renamed, are noticed.
func TestEveryChangeOfStatusHasAPropertyThatReachesIt(t *testing.T) {
	for from := designs.Idle; from <= designs.Dead; from++ {
		for to := designs.Idle; to <= designs.Dead; to++ {
			name, reached := reachedBy[change{from, to}]
			require.Equalf(t, from.MayBecome(to), reached, "from %s to %s", from, to)
			if reached {
				require.Truef(t, slices.ContainsFunc(properties, func(p property) bool { return p.name == name }), "there is no property %s", name)
			}
		}
	}
}
