package gm

import (
	"fmt"
	"strings"
	"time"

	"schedlab/host"
)

// DumpSched implements [rt.Impl].
func (s *sched) DumpSched(w *strings.Builder) {
	s.lock.Lock()
	defer s.lock.Unlock()
	state := s.procs.load()
	fmt.Fprintf(w, " mcpu=%d mcpumax=%d gwaiting=%t waitstop=%t",
		state.mcpu(), state.mcpumax(), state.gwaiting(), state.waitstop())
	fmt.Fprintf(w, " threads=%d idlethreads=%d lockedthreads=%d runqueue=%d gfree=%d\n",
		len(s.allm), s.idle.Len(), len(s.lockedm), s.runq.Len(), s.gfree.Len())
	if t := &s.timers; t.started {
		fmt.Fprintf(w, "  timer G: sleeping=%t", t.sleeping)
		if first := t.set.First(); first != 0 {
			left := time.Duration(first - host.Nanotime())
			fmt.Fprintf(w, " first timer in %v", left.Round(time.Microsecond))
		}
		w.WriteByte('\n')
	}
	if s.poll.started {
		fmt.Fprintf(w, "  poll server G: waiting=%t\n", s.poll.waiting)
	}
}
