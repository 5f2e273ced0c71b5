package explore

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"schedlab/explore/internal/dpor"
	"schedlab/explore/internal/engine"
)

// Merge adds up what all shards of explorations have found. Each shard wrote a file of its
// own, because of -explore.resume. The results are by test and ordinal: TestRing#1.
//
// The error says which parts are missing, given twice, not finished, or not of the same
// exploration. It also says what is violated that no MustViolate declares, and what is
// declared and not violated. Without an error the tests of the program pass. Explorations
// by other strategies are not in the files: shard 1 reports them.
func Merge(files ...string) (map[string]Result, error) {
	wholes := map[string]*whole{}
	var errs []error
	for _, file := range files {
		f, err := readState(file)
		if err == nil && len(f.Explorations) == 0 {
			err = fmt.Errorf("explore: %s is not there, or holds nothing; "+
				"name the files that -explore.resume has written", file)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for name, s := range f.Explorations {
			if wholes[name] == nil {
				wholes[name] = &whole{state: s, name: name, files: map[int]string{}}
			}
			wholes[name].add(s, file)
		}
	}
	results := map[string]Result{}
	for _, name := range slices.Sorted(maps.Keys(wholes)) {
		results[name] = wholes[name].result()
		errs = append(errs, wholes[name].errs...)
	}
	return results, errors.Join(errs...)
}

// whole is an exploration whose parts are added up. Its state is that of the first part.
type whole struct {
	*state
	name  string
	files map[int]string // by shard
	total Result
	errs  []error
}

func (w *whole) wrong(format string, a ...any) {
	w.errs = append(w.errs, fmt.Errorf("explore: "+w.name+": "+format, a...))
}

// add adds s, from file.
func (w *whole) add(s *state, file string) {
	switch {
	case s.Shards != w.Shards || s.Steps != w.Steps || s.Timeouts != w.Timeouts ||
		s.Expect != w.Expect || s.First != w.First:
		w.wrong("%s and the file before are not of the same exploration: they differ in the "+
			"number of shards, in options, or in the program; run all shards alike", file)
		return
	case s.Binary != w.Binary:
		w.wrong("%s was written by another binary than the file before, perhaps of another "+
			"program; build the binary once for all shards (go test -c), "+
			"or each time from the same source in the same place", file)
		return
	case w.files[s.Shard] != "":
		w.wrong("shard %d is in %s and in %s", s.Shard, w.files[s.Shard], file)
		return
	}
	w.files[s.Shard] = file
	r := s.Result.restore()
	elapsed := w.total.Elapsed + r.Elapsed
	w.total.add(r)
	w.total.Elapsed = elapsed
	switch v := r.Violation; {
	case v != nil && v.Property != w.Expect:
		w.wrong("%s: %s", file, v.Text())
	case v == nil && !s.Finished:
		w.wrong("%s is not finished; run shard %d/%d again with this file, and it continues",
			file, s.Shard, s.Shards)
	}
}

// result returns the sum of all parts, with its verdict.
func (w *whole) result() Result {
	var missing []string
	for i := 1; i <= w.Shards && len(missing) < 10; i++ {
		if w.files[i] == "" {
			missing = append(missing, fmt.Sprint(i))
		}
	}
	if n := w.Shards - len(w.files); n > 0 {
		w.wrong("%s of %d missing: %s",
			engine.Count(n, "shard"), w.Shards, strings.Join(missing, ", "))
	}
	r := w.total
	r.Bound = dpor.New(nil, nil).Bound() + r.timeBound(w.Timeouts) +
		"; merged from " + engine.Count(len(w.files), "shard")
	switch {
	case r.Violation != nil:
		r.Verdict = Violated
	case len(w.errs) > 0:
		r.Why = "not all parts are there"
	case r.TooLong > 0:
		r.Why = r.tooLong(w.Steps)
		w.wrong("%s", r.Why)
	case r.Complete == 0:
		r.Why = "no execution came to its end"
		w.wrong("%s", r.Why)
	case r.sharing == engine.Separate:
		r.Why = shareNothing
		w.wrong("%s", r.Why)
	default:
		r.Verdict = Verified
		if w.Expect != "" {
			w.wrong("MustViolate(%q): that was not violated", w.Expect)
		}
	}
	return r
}
