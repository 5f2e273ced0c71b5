package gsync

import "schedlab/rt"

// Seq returns the seq of the start that is under way. Fire fires a start, as an M does that took t
// off its set of timers some time ago.

func (t *Timer) Seq() uint64 { return t.alarm.start }

func (t *Timer) Fire(g *rt.G, seq uint64) { t.alarm.fire(g, &t.alarm.timer, seq) }
