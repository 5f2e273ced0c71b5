package sim

import "schedlab/internal/names"

// costs returns costs that differ from those of server.
func costs(change func(*Costs)) Costs {
	c := server
	change(&c)
	return c
}

// Machines is the table of the machines that have a name. The latencies are medians of a CAS
// ping-pong from core to core, one way, that others have published; what a row does not name
// is that of server. Each is a machine of that kind, not one machine that was measured whole.
var Machines = []Config{
	{
		Name: "vm2", Doc: "a 2-CPU guest on an EPYC: fitted to half of the cells of the real host",
		CPUs: 2,
		// The source of what stands here is the fit by the command in bench/validate, to the cells
		// of every other workload, and frozen after that: see results/sim/validation.md.
		Costs: costs(func(c *Costs) {
			c.Near, c.Far, c.Remote, c.Follow = 12, 12, 12, 0.278
			c.Code, c.RMW = 0.474, 3.33
			c.StackSwitch, c.StackMake = 69.1, 521
			c.FutexSleep, c.FutexWake, c.WakeLatency = 720, 3040, 3120
			c.RunAhead = 5 // less than a transfer, or a CPU that tries again does so for free
		}),
	},
	{
		Name: "server64", Doc: "a made-up server: 64 CPUs in clusters of 8, one socket",
		CPUs: 64, Cluster: 8,
		Costs: costs(func(c *Costs) { c.Near, c.Far, c.Remote = 50, 120, 200 }),
	},
	{
		Name: "xeon32", Doc: "Xeon 8375C: 32 CPUs on one mesh, 51 ns whatever the distance",
		CPUs:  32,
		Costs: costs(func(c *Costs) { c.Near, c.Far = 51, 51 }),
	},
	{
		Name: "xeon2x32", Doc: "two sockets of 32 CPUs: 51 ns within one, 130 between them",
		CPUs: 64, Socket: 32,
		Costs: costs(func(c *Costs) { c.Near, c.Far, c.Remote = 51, 51, 130 }),
	},
	{
		Name: "epyc2x64", Doc: "EPYC 7R13, two sockets of 64 CPUs: clusters (CCX) of 8",
		CPUs: 128, Cluster: 8, Socket: 64,
		Costs: costs(func(c *Costs) { c.Near, c.Far, c.Remote = 23, 107, 200 }),
	},
	{
		Name: "arm80", Doc: "Graviton2's 47 ns on one mesh of 80 CPUs; spin hints are cheap",
		CPUs:  80,
		Costs: costs(func(c *Costs) { c.Near, c.Far, c.Pause = 47, 47, 5 }),
	},
	{
		Name: "mesh128", Doc: "a made-up machine of 128 CPUs at 50 ns from each other: no topology",
		CPUs:  128,
		Costs: costs(func(c *Costs) { c.Near, c.Far, c.Remote = 50, 50, 50 }),
	},
}

// Named returns the machine of a name; the error lists the nearest names.
func Named(name string) (Config, error) {
	return names.Find("machine", name, Machines, func(c Config) string { return c.Name })
}

// Names returns the names of all machines, in the order of Machines.
func Names() []string {
	return names.Of(Machines, func(c Config) string { return c.Name })
}
