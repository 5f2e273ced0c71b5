package explore

import "schedlab/explore/internal/engine"

// Now returns the virtual time in nanoseconds since the execution began.
func Now() int64 { return engine.Self("Now").ReadTime() }

// Sleep waits for ns nanoseconds of virtual time; a negative number counts as 0.
func Sleep(ns int64) { engine.Self("Sleep").Sleep(ns) }
