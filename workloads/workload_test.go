package workloads

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseSizeInvertsString(t *testing.T) {
	for _, size := range []Size{Small, Normal, Large} {
		got, err := ParseSize(size.String())
		require.NoError(t, err)
		require.Equal(t, size, got)
	}
}

func TestFindReturnsTheWorkloadOfTheName(t *testing.T) {
	for _, name := range Names() {
		w, err := Find(name)
		require.NoError(t, err)
		require.Equal(t, name, w.Name)
	}
}

func TestUnknownNamesAreAnsweredWithTheNearest(t *testing.T) {
	_, err := Find("skinet")
	require.ErrorContains(t, err, `unknown workload "skinet"; nearest: skynet`)
	_, err = Find("uts")
	require.ErrorContains(t, err, "uts_binomial")
	_, err = ParseSize("larg")
	require.ErrorContains(t, err, `unknown size "larg"; nearest: large`)
}
