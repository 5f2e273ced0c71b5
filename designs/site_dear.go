//go:build (!amd64 && !arm64) || portable

package designs

// cheapSites: see the other file.
const cheapSites = false
