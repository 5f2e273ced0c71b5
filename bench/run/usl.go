package main

import "math"

// # The universal scalability law
//
// Gunther's law sums a curve up by two numbers. On n CPUs the throughput, as a multiple of that
// on one, is
//
//	C(n) = n / (1 + a(n-1) + bn(n-1))
//
// a is contention, the part of the work that one CPU at a time can do. b is coherence, what each
// CPU costs each other one. If b is not 0, the throughput falls from some n on.
//
// n/C(n) is linear in a and b, so they are found by least squares, of relative errors: otherwise
// the largest n would decide alone. Neither is below 0.

// law is a curve, summed up.
type law struct {
	a, b  float64
	error float64 // relative, root of the mean square
}

// fitLaw fits the law to throughputs on numbers of CPUs, of which the first must be 1. ok says
// that there are enough.
func fitLaw(cpus []int, throughput []float64) (l law, ok bool) {
	if len(cpus) < 4 || cpus[0] != 1 {
		return l, false
	}
	var uu, uv, vv, uy, vy float64
	each := func(use func(u, v, y float64)) {
		for i, n := range cpus[1:] {
			time := float64(n) * throughput[0] / throughput[i+1] // n/C(n)
			use(float64(n-1)/time, float64(n*(n-1))/time, 1-1/time)
		}
	}
	each(func(u, v, y float64) {
		uu, uv, vv, uy, vy = uu+u*u, uv+u*v, vv+v*v, uy+u*y, vy+v*y
	})
	det := uu*vv - uv*uv
	l.a, l.b = (uy*vv-vy*uv)/det, (vy*uu-uy*uv)/det
	switch {
	case l.b < 0:
		l.a, l.b = max(0, uy/uu), 0
	case l.a < 0:
		l.a, l.b = 0, max(0, vy/vv)
	}
	sum := 0.0
	each(func(u, v, y float64) { sum += math.Pow(y-l.a*u-l.b*v, 2) })
	l.error = math.Sqrt(sum / float64(len(cpus)-1))
	return l, true
}
