//go:build !model

package story

// buildTags is what go test needs to build the same again.
const BuildTags = ""
