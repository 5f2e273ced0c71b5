//go:build (amd64 || arm64) && !portable

package rt

// cheapSites says that host.CallerPC costs a nanosecond. Where it asks the runtime instead
// it costs about a hundred.
const cheapSites = true
