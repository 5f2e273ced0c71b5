package main

import (
	"slices"

	"schedlab/designs/all"
)

// baseline is the design that the others are compared with.
const baseline = "native"

// mains returns the designs that are not variants, the baseline first.
func mains(names []string) []string {
	list := []string{}
	for _, name := range names {
		if all.VariantOf(name, names) != "" {
			continue
		}
		if name == baseline {
			list = slices.Insert(list, 0, name)
		} else {
			list = append(list, name)
		}
	}
	return list
}

// group is a list of designs that are compared with the first of them.
type group struct {
	title   string
	designs []string
}

// groups returns the designs, with the baseline first, and then each design that has variants
// together with these. One table of all designs would be too wide to read.
func groups(names []string) []group {
	list := []group{{"The designs", mains(names)}}
	for _, base := range names {
		g := group{"Variants of " + base, []string{base}}
		for _, name := range names {
			if all.VariantOf(name, names) == base {
				g.designs = append(g.designs, name)
			}
		}
		if len(g.designs) > 1 {
			list = append(list, g)
		}
	}
	return list
}
