package explore

import "time"

// limits says when an execution, and an exploration, is given up.
type limits struct {
	strategy   string        // its name, for messages
	drawn      bool          // the strategy draws at random: to spend the budget is its end
	executions uint64        // budget; 0: none, or what the strategy takes for one
	budget     time.Duration // budget; 0: none
	steps      int           // of one execution
	timeouts   int           // early ones in one execution
	patience   time.Duration // between two steps: see 'Watchdog'
	keepGoing  bool          // after a violation
	disjoint   bool          // threads may share nothing
	sharded    bool          // other executions belong to other processes
}
