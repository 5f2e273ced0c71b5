// Package names looks up what a user has named, and helps when the name is misspelled.
package names

import (
	"fmt"
	"slices"
	"strings"
)

// Find returns the element of table whose name, as nameOf tells it, is name. If there is
// none, the error is that of [Unknown].
func Find[T any](kind, name string, table []T, nameOf func(T) string) (found T, err error) {
	for _, row := range table {
		if nameOf(row) == name {
			return row, nil
		}
	}
	return found, Unknown(kind, name, Of(table, nameOf))
}

// Of returns the names of the elements of table, in its order.
func Of[T any](table []T, nameOf func(T) string) []string {
	list := make([]string, len(table))
	for i, row := range table {
		list[i] = nameOf(row)
	}
	return list
}

// Unknown returns the error for a name that is none of known. It says what kind of thing
// was named, which known names are nearest, and all of them.
func Unknown(kind, name string, known []string) error {
	near := slices.Clone(known)
	slices.SortStableFunc(near, func(a, b string) int {
		return distance(name, a) - distance(name, b)
	})
	if len(near) > 3 {
		near = near[:3]
	}
	return fmt.Errorf("unknown %s %q; nearest: %s; all: %s",
		kind, name, strings.Join(near, ", "), strings.Join(known, ", "))
}

// distance is the least number of letters to insert, delete or replace to make a into b
// (Levenshtein 1965).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
