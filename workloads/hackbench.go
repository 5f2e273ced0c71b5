package workloads

import (
	"fmt"

	"schedlab/rt"
	"schedlab/rt/gsync"
)

// hackbench is groups of 20 senders and 20 receivers. Each sender sends its messages to every
// receiver of its group in turn. All wait at a barrier first and are let go at once.
//
// Stresses a scheduler with many runnable Gs and long queues everywhere. The barrier readies all Gs
// in one go, and every channel has twenty senders that fill it and one receiver. It is where a
// central queue hurts most, and stealing should be rare.
//
// Not stressed: the CPU, and the memory for messages (a message is two words of 4 bytes, not 100
// bytes through a socket).
//
// Source: hackbench (Russell 2001, Zhang 2008), which is also "perf bench sched messaging". Its
// socket pairs hold hundreds of messages. The channels here hold 16, so that senders block often
// and the scheduler, not the channel, shows.
var hackbench = Workload{
	Name:    "hackbench",
	Doc:     "groups of 20 senders and 20 receivers, all to all: many runnable Gs, long queues",
	Prepare: prepareHackbench,
}

const (
	hackSide  = 20 // senders of a group, and receivers
	hackDepth = 16 // messages a channel holds
)

var (
	hackGroups = [...]int{Small: 1, Normal: 5, Large: 50}
	hackLoops  = [...]int{Small: 5, Normal: 100, Large: 100}
)

type hackbenchRun struct {
	loops  int // messages of each sender to each receiver
	groups []hackGroup
	bodies []func(*rt.G)    // of all senders and receivers
	ready  *latch           // the barrier, first half: all have begun
	start  *gsync.Chan[int] // the second half: closed after that
}

type hackGroup struct {
	w         *hackbenchRun
	receivers [hackSide]hackReceiver
}

type hackReceiver struct {
	in      *gsync.Chan[hackMessage]
	inOrder int // messages that came in the order in which their sender sent them
}

type hackMessage struct{ sender, number int32 }

func prepareHackbench(p Params) (*Instance, error) {
	groups := hackGroups[p.Size]
	w := &hackbenchRun{loops: hackLoops[p.Size], groups: make([]hackGroup, groups)}
	for i := range w.groups {
		gr := &w.groups[i]
		gr.w = w
		for k := range int32(hackSide) {
			w.bodies = append(w.bodies,
				func(g *rt.G) { gr.send(g, k) },
				func(g *rt.G) { gr.receive(g, &gr.receivers[k]) })
		}
	}
	return &Instance{Ops: groups * hackSide * hackSide * w.loops, Op: "message", Run: w.run}, nil
}

func (w *hackbenchRun) run(s rt.Scheduler) error {
	for i := range w.groups {
		clear(w.groups[i].receivers[:])
	}
	if err := s.Run(w.main); err != nil {
		return err
	}
	return w.verify()
}

func (w *hackbenchRun) main(g *rt.G) {
	for i := range w.groups {
		for k := range w.groups[i].receivers {
			w.groups[i].receivers[k].in = gsync.NewChan[hackMessage](g, hackDepth)
		}
	}
	w.ready = &latch{}
	w.start = gsync.NewChan[int](g, 0)
	w.ready.expect(g, len(w.bodies))
	for _, body := range w.bodies {
		g.Go(body)
	}
	w.ready.wait(g)
	w.start.Close(g)
}

func (w *hackbenchRun) barrier(g *rt.G) {
	w.ready.pass(g)
	w.start.Recv(g)
}

func (gr *hackGroup) send(g *rt.G, sender int32) {
	gr.w.barrier(g)
	for number := range int32(gr.w.loops) {
		for i := range gr.receivers {
			gr.receivers[i].in.Send(g, hackMessage{sender, number})
		}
	}
}

func (gr *hackGroup) receive(g *rt.G, r *hackReceiver) {
	gr.w.barrier(g)
	r.inOrder = collect(g, r.in, gr.w.loops*hackSide)
}

// collect takes n messages and counts those in order.
func collect(g *rt.G, in *gsync.Chan[hackMessage], n int) (inOrder int) {
	var next [hackSide]int32
	for range n {
		m, _ := in.Recv(g)
		if inTurn(&next, m) {
			inOrder++
		}
		computed(1, hackMessagePs)
	}
	return inOrder
}

// inTurn says whether m is the next message of its sender, and expects the one after it.
func inTurn(next *[hackSide]int32, m hackMessage) bool {
	in := m.number == next[m.sender]
	next[m.sender] = m.number + 1
	return in
}

// verify: a receiver takes as many messages as it is sent, so one that got them all in order got
// each of them once.
func (w *hackbenchRun) verify() error {
	want := w.loops * hackSide
	for i := range w.groups {
		for k, r := range w.groups[i].receivers {
			if r.inOrder != want {
				got := fmt.Sprintf("%d messages in order at receiver %d of group %d",
					r.inOrder, k, i)
				return wrong("hackbench", got, want)
			}
		}
	}
	return nil
}
