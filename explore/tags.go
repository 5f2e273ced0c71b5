//go:build !model

package explore

// buildTags is what go test needs to build the same again.
const buildTags = ""
