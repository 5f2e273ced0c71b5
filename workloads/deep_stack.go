package workloads

import (
	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gsync"
)

// deepStack runs batches of Gs that recurse to random depths, yield at the bottom and come back up.
// They write frames on the way down and read them on the way up.
//
// Stresses what reused Gs do with their stacks. A stack must grow while pointers to its frames
// exist. It may be resumed by another M when it is deep. It is used again by a G that needs another
// depth.
//
// Not stressed: limits of memory. At most a batch of deep stacks exists at a time.
//
// Source: the memory rows of this suite's design; the shape is that of BenchmarkStackGrowthDeep of
// Go's runtime.
var deepStack = Workload{
	Name:    "deep_stack",
	Doc:     "deep recursion on reused Gs: stacks that grow, move and are used again",
	Prepare: prepareDeepStack,
}

var deepStackBatches = [...]int{Small: 1, Normal: 10, Large: 200}

const (
	deepStackBatch = 64
	deepStackMax   = 500 // frames, about 200 bytes each
	deepStackWords = 16  // of a frame
)

func prepareDeepStack(p Params) (*Instance, error) {
	d := newDeepCalls(deepStackBatches[p.Size]*deepStackBatch, p.Seed)
	return &Instance{
		Ops: len(d.calls),
		Op:  "recursion",
		Run: func(s rt.Scheduler) error {
			if err := s.Run(d.run); err != nil {
				return err
			}
			return d.check()
		},
	}, nil
}

// deepCalls is the recursions of a run.
type deepCalls struct {
	calls []deepCall
	tasks []func(*rt.G) // one for each
	batch gsync.WaitGroup
}

type deepCall struct {
	depth, start uint64
	sum          uint64 // of all words of all frames
}

func newDeepCalls(n int, seed uint64) *deepCalls {
	var r host.Rand
	r.Seed(seed, inputStream)
	d := &deepCalls{calls: make([]deepCall, n), tasks: make([]func(*rt.G), n)}
	for i := range d.calls {
		c := &d.calls[i]
		c.depth, c.start = uint64(1+r.Uint32()%deepStackMax), uint64(r.Uint32())
		d.tasks[i] = func(g *rt.G) {
			computed(int(c.depth), deepFramePs/2)
			c.sum = descend(g, c.depth, &deepFrame{c.start})
			computed(int(c.depth), deepFramePs/2)
			d.batch.Done(g)
		}
	}
	return d
}

func (d *deepCalls) run(g *rt.G) {
	for i := 0; i < len(d.tasks); i += deepStackBatch {
		d.batch.Add(g, deepStackBatch)
		for _, task := range d.tasks[i:][:deepStackBatch] {
			g.Go(task)
		}
		d.batch.Wait(g)
	}
}

// deepFrame is what a call keeps on its stack.
type deepFrame [deepStackWords]uint64

// descend calls itself depth times. Each word of each frame is one more than the last, and the
// first one more than that of the frame above.
func descend(g *rt.G, depth uint64, above *deepFrame) (sum uint64) {
	if depth == 0 {
		g.Yield()
		return 0
	}
	var frame deepFrame
	for i := range frame {
		frame[i] = above[0] + 1 + uint64(i)
	}
	sum = descend(g, depth-1, &frame)
	for _, word := range frame {
		sum += word
	}
	return sum
}

// want is the sum in closed form: frame k of depth, counted from 1, holds start+k to
// start+k+words-1.
func (c *deepCall) want() uint64 {
	const words = deepStackWords
	return words*(c.depth*c.start+c.depth*(c.depth+1)/2) + c.depth*words*(words-1)/2
}

// check verifies the sums, and forgets them, so that no run can inherit them.
func (d *deepCalls) check() error {
	for i := range d.calls {
		c := &d.calls[i]
		if c.sum != c.want() {
			return wrong("deep_stack", c.sum, c.want())
		}
		c.sum = 0
	}
	return nil
}
