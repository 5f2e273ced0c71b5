package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// part writes the file of one of two shards.
func part(t *testing.T, name, shard, finished string) string {
	file := filepath.Join(t.TempDir(), name)
	text := `{"version":3,"explorations":{"TestX#1":{"Shard":` + shard +
		`,"Shards":2,"Steps":100,"Timeouts":1,"Finished":` + finished +
		`,"Result":{"Complete":3}}}}`
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	return file
}

// The status and the output tell whether all parts are there and finished.
func TestMerge(t *testing.T) {
	a, b := part(t, "a", "1", "true"), part(t, "b", "2", "true")
	late := part(t, "late", "2", "false")
	for _, c := range []struct {
		files     []string
		status    int
		out, errs string
	}{
		{nil, 2, "", "usage: merge file..."},
		{[]string{a, b}, 0, "TestX#1: Verified (every execution; merged from 2 shards): " +
			"6 executions complete", ""},
		{[]string{a}, 1, "TestX#1: Unknown", "1 shard of 2 missing: 2"},
		{[]string{a, a}, 1, "TestX#1: Unknown", "shard 1 is in"},
		{[]string{a, late}, 1, "TestX#1: Unknown", "is not finished; run shard 2/2 again"},
		{[]string{a, "none"}, 1, "", "none is not there"},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, c.status, run(c.files, &out, &errs), "%v: %s", c.files, &errs)
		require.Contains(t, out.String(), c.out)
		require.Contains(t, errs.String(), c.errs)
	}
}
