// Package histogram tells which samples came into a histogram between two moments.
//
//	hdr.go         of package hdrhistogram
//	runtime.go     of package runtime/metrics
//	percentile.go  which percentiles there are samples enough for
package histogram
