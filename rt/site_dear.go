//go:build (!amd64 && !arm64) || portable

package rt

// cheapSites: see the other file.
const cheapSites = false
