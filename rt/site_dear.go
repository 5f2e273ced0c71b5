//go:build (!amd64 && !arm64) || portable

package rt

// cheapSites: see site_cheap.go.
const cheapSites = false
