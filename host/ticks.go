//go:build !model && !sim

package host

// # Ticks
//
// To read the clock is a good part of what it costs to note an event: 10 ns for the CPU's
// counter, 17 in order, 25 for Nanotime (2-CPU x86 guest, medians of 5). So events keep
// ticks, and their readers convert them.
//
// The counter is that of RDTSC on amd64 and CNTVCT_EL0 on arm64. It is used if the CPU says
// that it is steady (invariant TSC). Otherwise, and on other CPUs, ticks are Nanotime's. Arm
// counters may be as coarse as 40 ns.
//
// # The rate of ticks
//
// The CPU does not tell the rate. It is measured between two points at which both clocks
// were read: the start of the process and the last calibration. A tick that is more than
// twice as far from the start as the last calibration needs a new one. So the error at both
// points, some 10 ns, is never enlarged by more than a factor of about two, and nobody
// sleeps to have a longer base. The kernel steers the rate of Nanotime itself (NTP), mostly
// by a few millionths; that comes on top.
//
// # The order of ticks
//
// One thread does something and then reads Ticks; another thread sees what the first did,
// and then reads Ticks. The second reading can be the smaller one, because a CPU reads its
// counter while earlier instructions still wait for memory. Two CPUs of the guest above
// passed a word back and forth with CAS: in a sixth to a fifth of the cases it was smaller,
// by up to 500 ticks (0.2 µs). OrderedTicks waits, and was never smaller in three million
// cases. Use it to put events of several threads into one order.
//
// Both need counters that agree. Those of one socket do; across sockets that is up to the
// firmware. Linux may find that they do not agree: its clocksource is then not tsc, of which
// a program is not told. So a difference may be negative.

// Ticks returns the CPU's time, cheaply: see 'Ticks' and 'The order of ticks'.
func Ticks() uint64 {
	if !ticksSteady {
		return uint64(Nanotime())
	}
	return readTicks()
}

// OrderedTicks is Ticks after everything that the caller has done and seen.
func OrderedTicks() uint64 {
	if !ticksSteady {
		return uint64(Nanotime())
	}
	return readOrderedTicks()
}

// TicksToNs returns the nanoseconds from one tick to another. They may be negative if the
// ticks come from different threads.
func TicksToNs(then, now uint64) int64 {
	if !ticksSteady {
		return int64(now - then)
	}
	return scaleFor(now).ns(int64(now - then))
}

// TicksAt returns what Nanotime was when Ticks was t. Calls before and after a calibration
// may disagree by its error. Once the newest of several ticks has been converted, the older
// ones go by the same calibration.
func TicksAt(t uint64) int64 {
	if !ticksSteady {
		return int64(t)
	}
	s := scaleFor(t)
	return s.at.ns + s.ns(int64(t-s.at.ticks))
}

// tickPoint is a moment on both clocks.
type tickPoint struct {
	ticks uint64
	ns    int64
}

// tickScale is a calibration: a point and the rate since the process began.
type tickScale struct {
	at        tickPoint
	nsPerTick float64
}

var (
	ticksSteady = steadyTicks()
	ticksBegan  = tickPointNow()

	// lastScale is the last calibration. Atomic, because any thread may convert and
	// calibrate. It does not matter which result is kept.
	lastScale Pointer[tickScale]
)

const (
	tickSamples = 5
	// minTickBaseNs: two points that are nearer say little about the rate.
	minTickBaseNs = 100_000
)

// tickPointNow reads both clocks several times, and takes the pair between whose readings the
// least time passed.
func tickPointNow() (best tickPoint) {
	var shortest uint64
	for i := range tickSamples {
		before := Ticks()
		ns := Nanotime()
		took := Ticks() - before
		if took < shortest || i == 0 {
			shortest, best = took, tickPoint{before + took/2, ns}
		}
	}
	return best
}

// scaleFor returns a calibration that is good for t.
func scaleFor(t uint64) *tickScale {
	s := lastScale.Load()
	if s != nil && int64(t-s.at.ticks) <= int64(s.at.ticks-ticksBegan.ticks) {
		return s
	}
	return calibrateTicks()
}

func calibrateTicks() *tickScale {
	now := tickPointNow()
	for now.ns-ticksBegan.ns < minTickBaseNs { // the process is that young
		now = tickPointNow()
	}
	s := &tickScale{now, float64(now.ns-ticksBegan.ns) / float64(now.ticks-ticksBegan.ticks)}
	lastScale.Store(s)
	return s
}

// ns converts a difference.
func (s *tickScale) ns(ticks int64) int64 { return int64(float64(ticks) * s.nsPerTick) }
