package sim

import (
	"fmt"
	"time"
)

// Config is a machine to be.
type Config struct {
	Name string // for reports
	Doc  string // what real machine its figures come from

	CPUs int // 1 to MaxCPUs
	// Cluster is how many CPUs are near each other, Socket how many share a socket; 0 is all.
	// Cluster divides Socket, and Socket divides CPUs.
	Cluster, Socket int

	Costs Costs
	Seed  uint64

	// Limit is the virtual time at which a run ends with an error; 0 is DefaultLimit.
	Limit time.Duration
	// MaxTurns is how often CPUs may take turns until a run ends with an error; 0 is
	// DefaultMaxTurns. On many CPUs that spin a limit of time alone would be hours off.
	MaxTurns uint64
	// Patience is the real time without an operation after which a run ends with an error;
	// 0 is DefaultPatience.
	Patience time.Duration
}

const (
	// MaxCPUs is the largest number of CPUs.
	MaxCPUs = 1024
	// DefaultLimit is longer than what any workload of this suite takes.
	DefaultLimit = 100 * time.Second
	// DefaultMaxTurns is some minutes of real time.
	DefaultMaxTurns = 2_000_000_000
	// maxLimit is what a clock can count.
	maxLimit = 4000 * time.Second
	// DefaultPatience is longer than what a collection takes on a busy machine.
	DefaultPatience = 20 * time.Second
)

// With returns the machine with another number of CPUs. One with fewer than a cluster or a
// socket has a smaller one.
func (c Config) With(cpus int) Config {
	c.CPUs = cpus
	c.Socket = fit(c.Socket, cpus)
	c.Cluster = fit(c.Cluster, cpus)
	return c
}

// fit returns the size of a group in a machine of n CPUs.
func fit(size, n int) int {
	if n >= 1 && size > n {
		return n
	}
	return size
}

// Check returns an error that says what is wrong with the machine first.
func (c Config) Check() error {
	if c.CPUs < 1 || c.CPUs > MaxCPUs {
		return fmt.Errorf("sim: a machine of %d CPUs; it must have 1 to %d", c.CPUs, MaxCPUs)
	}
	if err := c.checkTopology(); err != nil {
		return err
	}
	if c.Limit < 0 || c.Limit > maxLimit {
		return fmt.Errorf("sim: the limit is %v; it must be at most %v, or 0 for %v",
			c.Limit, maxLimit, DefaultLimit)
	}
	if c.Patience < 0 {
		return fmt.Errorf("sim: the patience is %v; it must be positive, or 0 for %v",
			c.Patience, DefaultPatience)
	}
	return c.Costs.check()
}

func (c Config) checkTopology() error {
	socket, cluster := c.groups()
	switch {
	case c.Cluster < 0 || c.Socket < 0:
		return fmt.Errorf("sim: clusters of %d and sockets of %d CPUs; "+
			"they must have at least 1, or 0 for all", c.Cluster, c.Socket)
	case c.CPUs%socket != 0:
		return fmt.Errorf("sim: %d CPUs in sockets of %d do not divide; "+
			"choose a multiple of the socket", c.CPUs, socket)
	case socket%cluster != 0:
		return fmt.Errorf("sim: sockets of %d CPUs in clusters of %d do not divide; "+
			"choose a multiple of the cluster", socket, cluster)
	}
	return nil
}

// groups returns the sizes of sockets and clusters, 0 replaced.
func (c Config) groups() (socket, cluster int) {
	socket, cluster = c.Socket, c.Cluster
	if socket == 0 {
		socket = c.CPUs
	}
	if cluster == 0 {
		cluster = socket
	}
	return socket, cluster
}

func (c Config) limit() time.Duration {
	if c.Limit == 0 {
		return DefaultLimit
	}
	return c.Limit
}

func (c Config) maxTurns() uint64 {
	if c.MaxTurns == 0 {
		return DefaultMaxTurns
	}
	return c.MaxTurns
}

func (c Config) patience() time.Duration {
	if c.Patience == 0 {
		return DefaultPatience
	}
	return c.Patience
}
