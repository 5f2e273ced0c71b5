package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSpliceReplacesOnlyWhatIsBetweenTheMarks(t *testing.T) {
	got, err := splice("head\n"+readmeBegin+"old\n"+readmeEnd+"tail\n", "new\n")
	require.NoError(t, err)
	require.Equal(t, "head\n"+readmeBegin+"new\n"+readmeEnd+"tail\n", got)
}

func TestSpliceNeedsBothMarksInOrder(t *testing.T) {
	for name, readme := range map[string]string{
		"none":     "head\ntail\n",
		"no end":   readmeBegin + "old\n",
		"no begin": "old\n" + readmeEnd,
		"reversed": readmeEnd + "old\n" + readmeBegin,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := splice(readme, "new\n")
			require.ErrorContains(t, err, "mark it with the lines")
		})
	}
}
