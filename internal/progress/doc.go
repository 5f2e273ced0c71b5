// Package progress shows how far work has come, and how long the rest will take.
//
//	left.go  the estimate
//	line.go  where it is shown: a line that is written over, or lines of a file
package progress
