//go:build (amd64 || arm64) && !portable

package rt

// cheapSites: host.CallerPC costs a nanosecond; where it asks the runtime instead it
// is some hundred.
const cheapSites = true
