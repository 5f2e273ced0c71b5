package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/sim"
	"schedlab/sim/micro"
)

// The formulas of this file name costs by letters. L is the latency of a transfer, and s the
// part of it for which a load keeps the line busy. The code before an operation is c, a hit h,
// and a write of a line that the CPU holds w. All CPUs are at the same distance.

// flat returns a machine without topology, on which formulas hold to the digit: no jitter, and
// no hit before its turn.
func flat(t *testing.T, cpus int) (cfg sim.Config, c sim.Costs) {
	cfg = machine(t, "mesh128", cpus)
	cfg.Costs.Jitter, cfg.Costs.RunAhead = 0, 0
	return cfg, cfg.Costs
}

// A line of which two CPUs are never done with their tries is always under way: L a turn.
func TestPingPongTakesALatency(t *testing.T) {
	cfg, c := flat(t, 2)
	ns, err := micro.PingPong(cfg, 1000)
	require.NoError(t, err)
	require.InEpsilon(t, c.Near, ns, 0.001)
}

// The one with loads: the load brings the line, which the store must then have alone: 2L, and
// the code around it.
func TestPingPongByLoadsTakesTwo(t *testing.T) {
	cfg, c := flat(t, 2)
	ns, err := micro.LoadPingPong(cfg, 1000)
	require.NoError(t, err)
	require.InDelta(t, 2*c.Near, ns, 2*c.Code+c.Hit+c.RMW)
}

// The published one-way latencies are what a CAS ping-pong on the machine measures.
func TestPingPongIsAsPublished(t *testing.T) {
	for _, row := range []struct {
		machine     string
		cpus        int // the first and the last one
		least, most float64
	}{
		{"xeon32", 2, 51, 51},      // Xeon 8375C
		{"xeon32", 32, 51, 51},     // the mesh has no distances
		{"xeon2x32", 32, 51, 51},   // one socket
		{"xeon2x32", 64, 100, 140}, // two sockets
		{"epyc2x64", 8, 23, 23},    // EPYC 7R13, one CCX
		{"epyc2x64", 64, 107, 115}, // across
		{"arm80", 80, 47, 47},      // Graviton2
	} {
		cfg := machine(t, row.machine, row.cpus)
		ns, err := micro.PingPong(cfg, 300)
		require.NoError(t, err)
		require.GreaterOrEqual(t, ns, 0.98*row.least, "%s, %d CPUs", row.machine, row.cpus)
		require.LessOrEqual(t, ns, 1.02*row.most, "%s, %d CPUs", row.machine, row.cpus)
	}
}

// Additions to one word: the line is always under way, so each takes L, however many CPUs add.
// One CPU takes c+w.
func TestAddStorm(t *testing.T) {
	for _, cpus := range []int{1, 2, 8, 64, 128} {
		cfg, c := flat(t, cpus)
		ns, err := micro.AddStorm(cfg, 300)
		require.NoError(t, err)
		want := c.Near
		if cpus == 1 {
			want = c.Code + c.RMW
		}
		require.InEpsilon(t, want, ns, 0.02, "%d CPUs", cpus)
	}
}

// A CAS after a load: in one round all n CPUs load, which takes nsL, and then all try, which
// takes nL. The first one succeeds. So an addition takes n(1+s)L: the collapse.
func TestCASStorm(t *testing.T) {
	for _, cpus := range []int{4, 16, 64, 128} {
		cfg, c := flat(t, cpus)
		ns, err := micro.CASStorm(cfg, 60)
		require.NoError(t, err)
		want := float64(cpus) * (1 + c.LoadShare) * c.Near
		require.InEpsilon(t, want, ns, 0.1, "%d CPUs", cpus)
	}
}

// perLock returns the time from one turn to the next at a lock that all CPUs want all the time.
func perLock(t *testing.T, cfg sim.Config, inside int64, newLock func() micro.Lock) float64 {
	p := micro.Passage{Threads: cfg.CPUs, Inside: inside, Each: 300}
	ns, err := p.PerLock(cfg, newLock)
	require.NoError(t, err)
	return ns
}

// A queue lock hands over to one waiter that looks at a line of its own. The holder loads its
// link (L: the waiter has written it) and writes the waiter's word (L); the waiter loads that
// (L). So it takes 3L besides the section, on 4 CPUs and on 128.
func TestQueueLock(t *testing.T) {
	for _, cpus := range []int{4, 16, 64, 128} {
		cfg, c := flat(t, cpus)
		const inside = 50
		ns := perLock(t, cfg, inside, func() micro.Lock { return &micro.Queue{} })
		require.InEpsilon(t, inside+3*c.Near, ns, 0.05, "%d CPUs", cpus)
	}
}

// All waiters for a ticket look at one word. The holder writes it (L), and then n-1 waiters load
// it, one every sL. The one whose turn it is, which is the k-th of them, gets it after ksL+L.
// Its own write waits until all others have loaded. The mean over all k is the formula.
func TestTicketLock(t *testing.T) {
	for _, cpus := range []int{8, 32, 128} {
		cfg, c := flat(t, cpus)
		const inside = 50
		ns := perLock(t, cfg, inside, func() micro.Lock { return &micro.Ticket{} })
		own := c.Code + c.RMW + c.Hit + c.Code // the code of a release
		want := 0.0
		for k := range cpus - 1 {
			turn := float64(k)*c.LoadShare*c.Near + c.Near + inside + own
			others := float64(cpus-1) * c.LoadShare * c.Near
			want += (c.Near + max(turn, others)) / float64(cpus-1)
		}
		require.InEpsilon(t, want, ns, 0.1, "%d CPUs", cpus)
	}
}

// All waiters of a spin lock that see it free try to swap its word, and all but one fail. A turn
// costs each waiter at least its load (sL), and at most that and a failed try (L). So the time
// of a turn grows with n, between nsL and n(1+s)L.
func TestSpinLock(t *testing.T) {
	before := 0.0
	for _, cpus := range []int{16, 32, 64, 128} {
		cfg, c := flat(t, cpus)
		const inside = 50
		ns := perLock(t, cfg, inside, func() micro.Lock { return &micro.Spin{} }) - inside
		n := float64(cpus)
		require.Greater(t, ns, n*c.LoadShare*c.Near, "%d CPUs", cpus)
		require.Less(t, ns, n*(1+c.LoadShare)*c.Near+2*c.Near, "%d CPUs", cpus)
		if before > 0 {
			require.InEpsilon(t, 2, ns/before, 0.1, "from %d CPUs to twice as many", cpus/2)
		}
		before = ns
	}
}

// A lock that nobody else wants costs two writes of a line that the CPU holds. Go's runtime.mutex
// takes 20 ns uncontended (proposal 68578); it has more code around them.
func TestAFreeLockIsCheap(t *testing.T) {
	cfg, c := flat(t, 1)
	ns := perLock(t, cfg, 0, func() micro.Lock { return &micro.Futex{} })
	require.InEpsilon(t, 2*(c.Code+c.RMW), ns, 0.05)
	require.InDelta(t, 20, ns, 10)
}

// Two threads take a lock in turns, and each sleeps until the other one releases it. The release
// writes the word (L) and calls the kernel, which uses the queue (L). After the latency of the
// wakeup the woken thread writes the word (L).
func TestFutexLockHandsOver(t *testing.T) {
	cfg, c := flat(t, 2)
	p := micro.Passage{Threads: 2, Inside: 20_000, Outside: 10_000, Each: 100}
	ns, err := p.PerLock(cfg, func() micro.Lock { return &micro.Futex{} })
	require.NoError(t, err)
	want := c.Syscall + c.WakeLatency + 3*c.Near + 2*(c.Code+c.RMW)
	require.InEpsilon(t, want, ns-float64(p.Inside), 0.02)
	require.Greater(t, ns-float64(p.Inside), 2000.0, "published: 2-25 us")
	require.Less(t, ns-float64(p.Inside), 25_000.0, "published: 2-25 us")
}

// A futex lock that spins first is a spin lock at first. When a turn of all takes longer than
// the spins, threads sleep and those that remain are few: its time stops to grow.
func TestFutexLockStopsToGrow(t *testing.T) {
	const inside = 50
	times := map[int]float64{}
	for _, cpus := range []int{2, 8, 16, 64, 128} {
		cfg, _ := flat(t, cpus)
		times[cpus] = perLock(t, cfg, inside, func() micro.Lock { return &micro.Futex{Spins: 40} })
	}
	require.Greater(t, times[8], 2*times[2])
	require.Greater(t, times[16], 1.5*times[8])
	require.Less(t, times[128], 1.2*times[64])
}

// What a wakeup costs is the sum of its parts. Published: 2-25 us until the sleeper runs, and
// 0.2-0.5 us for a call that does nothing.
func TestFutexWake(t *testing.T) {
	cfg, c := flat(t, 2)
	w, err := micro.Wake(cfg, 100)
	require.NoError(t, err)
	require.InEpsilon(t, c.Syscall+c.Near+c.WakeLatency+c.Clock, w.Sleeper, 0.02)
	require.InEpsilon(t, c.Syscall+c.Near+c.FutexWake+c.Clock, w.Caller, 0.02)
	require.InEpsilon(t, c.Syscall+c.Clock, w.Empty, 0.02)
	require.Greater(t, w.Sleeper, 2000.0)
	require.Less(t, w.Sleeper, 25_000.0)
	require.Greater(t, w.Empty, 200.0)
	require.Less(t, w.Empty, 500.0)
}
