package story

import (
	"runtime/debug"
	"sync"
)

// buildTags are the flags that go test needs to build the same again; "": none.
var buildTags = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return "-tags " + s.Value + " "
		}
	}
	return ""
})
