package check_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// layer says what the packages of a folder may import outside tests. Tests may
// import what the compiler lets them. Go's own library is free, but see syncComesFromHost.
type layer struct {
	folder  string // relative to the root, or a path.Match pattern
	what    string
	imports []string // of this module: patterns, too
	model   []string // besides imports, in files that only the model build sees
	sim     []string // besides imports, in files that only the sim build sees
	modules []string // other modules
}

const (
	histograms = "github.com/HdrHistogram/hdrhistogram-go"
	porcupine  = "github.com/anishathalye/porcupine"
	testify    = "github.com/stretchr/testify"
	perf       = "golang.org/x/perf"
	terminal   = "golang.org/x/term"
)

// layers is the one list of what may import what; ARCHITECTURE.md shows it. A row
// imports rows above it alone. A package without a row is a finding, so that each
// new one says where it stands.
var layers = []layer{
	{folder: "internal/names", what: "the nearest of some names"},
	{
		folder:  "internal/*",
		what:    "coroutines; what commands share",
		imports: []string{"internal/names"},
		modules: []string{histograms, terminal},
	},
	{
		folder:  "explore/internal/engine",
		what:    "threads, operations, objects, clocks: one execution",
		imports: []string{"internal/coro"},
	},
	{
		folder:  "explore/internal/dpor",
		what:    "the exhaustive strategy: races reversed, wakeup trees",
		imports: []string{"explore/internal/engine"},
	},
	{
		folder:  "explore/internal/strategy",
		what:    "the other strategies, one a file",
		imports: []string{"explore/internal/engine"},
	},
	{
		folder:  "explore/internal/story",
		what:    "counterexamples: shortened, as tables, as pages",
		imports: []string{"explore/internal/engine", "explore/internal/strategy"},
	},
	{
		folder:  "explore/sampling",
		what:    "how soon the random strategies find a bug",
		imports: []string{"explore/internal/engine", "explore/internal/strategy"},
	},
	{
		folder:  "explore",
		what:    "the model checker, for anybody's code",
		imports: []string{"explore/internal/*", "internal/names"},
		modules: []string{terminal},
	},
	{folder: "explore/*", what: "programs around it", imports: []string{"explore"}},
	{
		folder:  "sim",
		what:    "a machine of many CPUs in virtual time",
		imports: []string{"internal/coro", "internal/names"},
	},
	{folder: "sim/micro", what: "programs that try that machine", imports: []string{"sim"}},
	{
		folder:  "host",
		what:    "threads, atomics, locks, notes, stacks: what a scheduler stands on",
		imports: []string{"internal/coro"},
		model:   []string{"explore"},
		sim:     []string{"sim"},
	},
	{folder: "rt/fault", what: "how a violated fact is told"},
	{folder: "rt/rank", what: "the order in which locks are taken", imports: []string{"host"}},
	{
		folder:  "rt/event",
		what:    "the stream of what happens",
		imports: []string{"host", "rt/rank"},
	},
	{
		folder:  "rt/heap",
		what:    "memory caches",
		imports: []string{"host", "rt/fault", "rt/rank"},
	},
	{
		folder:  "rt/queue",
		what:    "every run queue, usable alone",
		imports: []string{"host", "rt/rank"},
	},
	{
		folder:  "rt",
		what:    "the contract of a scheduler, and what all designs share",
		imports: []string{"host", "rt/event", "rt/fault", "rt/heap", "rt/queue", "rt/rank"},
		modules: []string{histograms},
	},
	{
		folder:  "rt/reactor",
		what:    "a thread that waits for timers and the network",
		imports: []string{"host", "rt", "rt/rank"},
	},
	{
		folder:  "rt/gsync",
		what:    "channels, select, locks, timers for Gs",
		imports: []string{"host", "rt", "rt/queue", "rt/rank"},
	},
	{
		folder:  "rt/gnet",
		what:    "network connections for Gs",
		imports: []string{"host", "rt", "rt/gsync"},
	},
	{
		folder:  "designs/native",
		what:    "Go's own scheduler behind the same contract",
		imports: []string{"internal/histogram", "rt"},
		modules: []string{histograms},
	},
	{
		folder:  "designs/*",
		what:    "a design each: only what differs",
		imports: []string{"host", "rt", "rt/heap", "rt/queue", "rt/rank", "rt/reactor"},
	},
	{
		folder:  "designs/all",
		what:    "the table of designs",
		imports: []string{"designs/*", "internal/names", "rt"},
	},
	{
		folder: "workloads",
		what:   "programs that verify their own answer, one a file",
		imports: []string{
			"host", "internal/histogram", "internal/names", "rt", "rt/gnet", "rt/gsync", "rt/heap",
		},
	},
	{
		folder:  "check/conform",
		what:    "what every design must do",
		imports: []string{"host", "rt", "rt/event", "rt/gsync", "rt/heap"},
		sim:     []string{"sim"},
		modules: []string{testify},
	},
	{
		folder:  "check/linear",
		what:    "linearizability of queues",
		imports: []string{"explore", "host", "rt/queue"},
		modules: []string{porcupine},
	},
	{folder: "check/model", what: "the tree's own code, explored: tests alone"},
	{
		folder:  "bench",
		what:    "what is measured, and go test -bench",
		imports: []string{"designs/all", "internal/histogram", "internal/names", "rt", "workloads"},
		sim:     []string{"sim"},
		modules: []string{histograms, perf},
	},
	{
		folder: "bench/*",
		what:   "the comparison of designs, the soak, how far to believe sim",
		imports: []string{
			"bench", "designs/all", "host", "internal/*", "rt", "rt/event", "rt/gnet", "rt/gsync",
			"rt/heap", "sim", "workloads",
		},
		sim:     []string{"sim", "sim/micro"},
		modules: []string{perf},
	},
}

// layerOf returns the row of a package: one with its name rather than a pattern.
func layerOf(pkg string) (layer, bool) {
	for _, fits := range []func(layer) bool{
		func(l layer) bool { return l.folder == pkg },
		func(l layer) bool { return matches(l.folder, pkg) },
	} {
		if i := slices.IndexFunc(layers, fits); i >= 0 {
			return layers[i], true
		}
	}
	return layer{}, false
}

// allows: the file s of the layer may import imported.
func (l layer) allows(imported string, s *source) bool {
	if name, ours := ofModule(imported); ours {
		return anyMatches(l.imports, name) ||
			anyMatches(l.model, name) && onlyIn(s, "model") ||
			anyMatches(l.sim, name) && onlyIn(s, "sim")
	}
	return isStandard(imported) || slices.ContainsFunc(l.modules, func(m string) bool {
		return within(imported, m)
	})
}

func (l layer) describe() string {
	if len(l.imports) == 0 {
		return "nothing of this module"
	}
	return strings.Join(l.imports, ", ")
}

// ofModule returns the folder of a package of this module.
func ofModule(imported string) (folder string, ours bool) {
	return strings.CutPrefix(imported, modulePath+"/")
}

func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func anyMatches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// The order of the rows leaves no circle.
func TestLayersStandOnEachOther(t *testing.T) {
	for i, l := range layers {
		for _, p := range slices.Concat(l.imports, l.model, l.sim) {
			above := slices.ContainsFunc(layers[:i], func(b layer) bool {
				return matches(p, b.folder) || matches(b.folder, p)
			})
			require.True(t, above, "%s imports %s: no row above it is that", l.folder, p)
			for _, b := range layers[i+1:] {
				require.False(t, matches(p, b.folder), "%s imports %s, below it", l.folder,
					b.folder)
			}
		}
	}
}

// A row is about packages that exist.
func TestLayersAreOfPackages(t *testing.T) {
	tree := moduleTree(t)
	for _, l := range layers {
		isOf := func(s *source) bool {
			in, _ := layerOf(s.pkg())
			return in.folder == l.folder
		}
		there := slices.ContainsFunc(tree.source, isOf)
		require.True(t, there, "no package is %s: take out its row", l.folder)
	}
}
