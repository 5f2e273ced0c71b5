package dpor

// Progress estimates which part of the executions is done: at each node of the path, the
// branches that have been taken there before, as a share of those that are known.
func (d *Strategy) Progress() float64 {
	done, weight := 0.0, 1.0
	for i := range d.nodes {
		n := d.nodes[i].node
		d.tree.lock(n)
		before, all := n.branches()
		d.tree.unlock(n)
		done += weight * float64(before) / float64(all)
		weight /= float64(all)
	}
	return done
}

// branches returns how many branches of n were taken before the one that is taken now, and
// how many are known.
func (n *node) branches() (before, all int) {
	if n.n != 0 {
		return int(n.taken) - 1, int(n.n)
	}
	taken := max(int(n.taken), 1)
	return taken - 1, taken + n.wakeup.size()
}
