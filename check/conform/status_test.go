package conform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/rt"
)

// A new legal change of status needs a property in which it happens, and a property that is
// renamed is noticed.
func TestEveryChangeOfStatusHasAPropertyThatReachesIt(t *testing.T) {
	for from := rt.Idle; from <= rt.Dead; from++ {
		for to := rt.Idle; to <= rt.Dead; to++ {
			name, reached := reachedBy[change{from, to}]
			require.Equalf(t, from.MayBecome(to), reached,
				"reachedBy has a property for the change from %s to %s, if that is legal", from, to)
			if reached {
				require.NotNilf(t, propertyOf(name), "there is no property %s", name)
			}
		}
	}
}

// propertyOf returns the property with that name, or nil.
func propertyOf(name string) *property {
	for i := range properties {
		if properties[i].name == name {
			return &properties[i]
		}
	}
	return nil
}
