package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// made writes environment.txt of a comparison, and returns its folder.
func made(t *testing.T, dir, date, command string) string {
	r := newRaw(dir, environment{{"command", command}, {"date", date}})
	require.NoError(t, r.begin())
	return dir
}

func TestNamesThatAsDoesNotGive(t *testing.T) {
	for _, name := range []string{"mine", "life", "X_1-b"} {
		require.NoError(t, checkName(name))
	}
	for name, want := range map[string]string{
		"quick":     "the comparisons of their own flags",
		"full":      "the comparisons of their own flags",
		"newest":    "newest to -compare",
		".":         "must be a word",
		"..":        "must be a word",
		"a/b":       "must be a word",
		"a.partial": "must be a word",
		"2":         "a letter first",
	} {
		_, err := parseOptions([]string{"-as=" + name}, nil)
		require.ErrorContains(t, err, want, name)
	}
}

func TestAComparisonIsReplacedOnlyByOneOfTheSameFlags(t *testing.T) {
	const date = "2026-01-02T03:04:05Z"
	dir := filepath.Join(t.TempDir(), "x")
	same := environment{{"command", "run -as x"}}
	other := environment{{"command", "run -as x -count 3"}}
	to := func(name string, env environment) string {
		said, err := destination(dir, options{name: name}, env)
		require.NoError(t, err)
		return said
	}
	require.Equal(t, "results: "+dir, to("x", same))

	made(t, dir, date, "run -as x")
	require.Equal(t, "results: "+dir+", in place of the comparison of "+date, to("x", same))
	_, err := destination(dir, options{name: "x"}, other)
	require.ErrorContains(t, err, "made by another command and is not replaced: "+
		"choose another name by -as, or remove it (it was: run -as x)")
	require.Contains(t, to("quick", other), "in place of", "that name says what the flags are")

	made(t, dir+partial, date, "run")
	require.Contains(t, to("x", same), dir+partial+", are replaced, too")

	require.NoError(t, os.Remove(filepath.Join(dir, environmentFile)))
	_, err = destination(dir, options{name: "x"}, same)
	require.ErrorContains(t, err, "is no comparison to be replaced")
}

func TestCompareFindsTheNewest(t *testing.T) {
	root := t.TempDir()
	_, err := find(root, newest)
	require.ErrorContains(t, err, "there are no comparisons in "+root)

	in := func(elem ...string) string { return filepath.Join(append([]string{root}, elem...)...) }
	made(t, in("m1", "life"), "2026-01-03T00:00:00Z", "")
	made(t, in("m1", "quick"), "2026-01-02T00:00:00Z", "")
	made(t, in("m2", "quick"), "2026-01-01T00:00:00Z", "") // older, though its file is newer
	made(t, in("m2", "quick.partial"), "2026-01-04T00:00:00Z", "")
	for what, want := range map[string]string{
		newest:                    in("m1", "life"),
		"quick":                   in("m1", "quick"),
		"life":                    in("m1", "life"),
		in("m2", "quick"):         in("m2", "quick"),
		in("m2", "quick.partial"): in("m2", "quick.partial"),
		in("m3", "quick"):         in("m3", "quick"),
	} {
		dir, err := find(root, what)
		require.NoError(t, err)
		require.Equal(t, want, dir, what)
	}
	for _, what := range []string{"fast", "quick.partial"} {
		_, err = find(root, what)
		require.ErrorContains(t, err, "the name of one: "+
			in("m1", "life")+", "+in("m1", "quick")+", "+in("m2", "quick"))
	}
	_, err = load(in("m1"))
	require.ErrorContains(t, err, "is the folder of a machine; give one inside: "+
		in("m1", "life")+", "+in("m1", "quick"))
}

func TestLinksLeadFromTheFileToTheFolder(t *testing.T) {
	for _, test := range []struct{ dir, path, want string }{
		{"results/m/quick", "README.md", "results/m/quick"},
		{"results/m/quick", "doc/README.md", "../results/m/quick"},
		{"/x/results/m/quick", "/x/README.md", "results/m/quick"},
	} {
		link, err := linkTo(test.dir, test.path)
		require.NoError(t, err)
		require.Equal(t, test.want, link)
	}
}
