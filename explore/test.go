package explore

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"schedlab/explore/internal/engine"
	"schedlab/explore/internal/story"
)

// Test explores program and fails t unless the verdict is [Verified]; see also [Search] and
// [MustViolate]. It prints the execution that violates a property, one column per thread,
// with a line that replays it, or says what ran out. See [Run], [Option] and 'Flags'.
//
// With -v it logs the verdict, with its bound and counts. With -v or -explore.v it also
// tells its progress if it takes more than two seconds.
func Test(t testing.TB, program func(), opts ...Option) Result {
	t.Helper()
	nth := ordinal(t)
	fl, skip := flags.forNth(nth)
	if skip {
		t.Logf("explore: the %s exploration of this test is left out: -explore.replay is for "+
			"another one", nthName(nth))
		return Result{Why: "left out"}
	}
	cfg, err := configure(opts, fl)
	if err != nil {
		t.Fatal(err)
	}
	if why := cfg.leftOut(); why != "" {
		t.Logf("explore: %s", why)
		return Result{Bound: "nothing", Why: why}
	}
	x, err := newExploration(cfg, program, fmt.Sprintf("%s#%d", t.Name(), nth))
	if err != nil {
		t.Fatal(err)
	}
	x.origin = story.Origin{Test: t.Name(), Nth: nth}
	x.progress = progressOf(t)
	endBefore(x.ctl, t)
	defer x.endBySignal()()
	r, err := x.run()
	if err != nil {
		t.Error(err)
	}
	x.report(t, &r, nth)
	return r
}

// endBefore ends the exploration in time for t to report before go test -timeout kills it.
func endBefore(c *engine.Control, t testing.TB) {
	d, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return
	}
	if end, ok := d.Deadline(); ok {
		left := time.Until(end)
		c.EndAfter(left-left/10, "the time of go test is running out; give more by -timeout, "+
			"or explore less")
	}
}

// report fails t if r is not what it should be, and logs it.
func (x *exploration) report(t testing.TB, r *Result, nth int) {
	t.Helper()
	v, want := r.Violation, x.cfg.expect
	switch {
	case x.leftOpen(r):
		t.Logf("explore: %v; the other shards tell the rest: see Merge", r)
	case want != "" && (v == nil || v.Property != want):
		t.Errorf("explore: MustViolate(%q): that was not violated\n%v%s",
			want, r, counterexample(t, v, nth))
	case want == "" && r.Verdict != Verified && !x.searched(r):
		t.Errorf("explore: %v%s", r, counterexample(t, v, nth))
	case v != nil:
		t.Logf("explore: %v: %v", r, v)
	default:
		t.Logf("explore: %v", r)
	}
	if flags.verbose && !testing.Verbose() {
		fmt.Fprintf(os.Stderr, "%s: %v\n", t.Name(), r)
	}
}

// leftOpen says whether r, of one shard, is neither a pass nor a failure. Either the shard
// is empty, or the property of MustViolate may be violated in another shard.
func (x *exploration) leftOpen(r *Result) bool {
	cfg := x.cfg
	return cfg.Shards > 1 && x.finished() && r.Violation == nil && r.TooLong == 0 &&
		(cfg.expect != "" || r.Complete == 0)
}

// searched says whether r lets a Search pass that has found nothing.
func (x *exploration) searched(r *Result) bool {
	return x.cfg.search && x.cfg.Strategy != "replay" && askedToEnd.Load() == nil &&
		r.Violation == nil && r.Complete > 0 && r.TooLong == 0 && r.sharing != engine.Separate
}

// counterexample returns v in full, with the place of its page.
func counterexample(t testing.TB, v *Violation, nth int) string {
	if v == nil {
		return ""
	}
	text := "\n\n" + v.Text()
	if page := savePage(t, v.HTML, nth); page != "" {
		text += "\n\n" + page
	}
	return text
}

// savePage writes page to the test's folder of artifacts, and says where it is. Without
// -artifacts go test would delete it at once.
func savePage(t testing.TB, page string, nth int) string {
	switch {
	case page == "":
		return ""
	case !artifactsKept():
		return "go test -artifacts keeps this as a web page, too."
	}
	file := filepath.Join(t.ArtifactDir(), fmt.Sprintf("counterexample%d.html", nth))
	if err := os.WriteFile(file, []byte(page), 0o666); err != nil {
		return fmt.Sprintf("the page could not be written: %v", err)
	}
	return "page: " + file
}

// artifactsKept says whether go test was given -artifacts.
func artifactsKept() bool {
	f := flag.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}
