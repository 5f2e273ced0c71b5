package workloads

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNqueensBoardsAreThoseOfASequentialSearch(t *testing.T) {
	for _, b := range nqueensBoards {
		solutions, placements := searchQueens(b.n, nil)
		require.Equal(t, b.solutions, solutions, "n=%d", b.n)
		require.Equal(t, b.placements, placements, "n=%d", b.n)
	}
}

// searchQueens extends a board given as the columns of its queens.
func searchQueens(n int, columns []int) (solutions int64, placements int) {
	if len(columns) == n {
		return 1, 0
	}
	for column := range n {
		if attacked(columns, column) {
			continue
		}
		s, p := searchQueens(n, append(columns, column))
		solutions += s
		placements += 1 + p
	}
	return solutions, placements
}

// attacked: a queen in column of the next row shares a line with another.
func attacked(columns []int, column int) bool {
	for row, other := range columns {
		rows := len(columns) - row
		if other == column || other == column-rows || other == column+rows {
			return true
		}
	}
	return false
}
