package main

import "schedlab/bench"

// timeUnit is the unit of the time, which is measured of every cell.
var timeUnit = bench.Metrics[0].Key()

// section is one question that a comparison answers.
type section struct {
	title   string
	metrics []bench.Metric
}

// sections returns the metrics by their sections, both in the order of the metrics.
func sections(metrics []bench.Metric) (list []section) {
	for _, m := range metrics {
		if len(list) == 0 || list[len(list)-1].title != m.Section {
			list = append(list, section{title: m.Section})
		}
		last := &list[len(list)-1]
		last.metrics = append(last.metrics, m)
	}
	return list
}
