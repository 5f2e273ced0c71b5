package engine

import "time"

// Limits says when an execution, and an exploration, is given up.
type Limits struct {
	Strategy   string        // its name, for messages
	Drawn      bool          // the strategy draws at random: to spend the budget is its end
	Executions uint64        // budget; 0: none, or what the strategy takes for one
	Budget     time.Duration // budget; 0: none
	Steps      int           // of one execution
	Timeouts   int           // early ones in one execution
	Patience   time.Duration // between two steps: see 'Watchdog'
	KeepGoing  bool          // after a violation
	Disjoint   bool          // threads may share nothing
	Sharded    bool          // other executions belong to other processes
}

// Followed is how many steps a thread is followed for that is left alone, if its state is another
// one after each round: see 'Alone'.
func (l *Limits) Followed() int { return max(l.Steps, familiar) }
