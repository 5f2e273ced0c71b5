package explore

// Now returns the virtual time in nanoseconds since the execution began.
func Now() int64 { return self("Now").readTime() }

// Sleep waits for ns nanoseconds of virtual time.
func Sleep(ns int64) { self("Sleep").sleep(ns) }
