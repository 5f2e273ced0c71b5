//go:build model

package story

// BuildTags is what go test needs to build the same again.
const BuildTags = "-tags model "
