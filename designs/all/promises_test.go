package all_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"schedlab/designs/all"
	"schedlab/rt"
)

var write = flag.Bool("write", false, "write the table of promises into doc.go")

// The columns are those that doc.go has: a new design need not be there.
func TestPromisesInTheDocumentationAreThoseOfTheTable(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	begin := bytes.Index(doc, []byte("//\tpromise "))
	require.Positive(t, begin,
		"doc.go: the line of the heads, which begins with promise, is not there")
	end := begin + bytes.Index(doc[begin:], []byte("\n//\n"))
	heads, _, _ := strings.Cut(string(doc[begin:end]), "variants")
	table := promiseTable(strings.Fields(heads)[2:])
	t.Log("\n" + table)
	comment := "//\t" + strings.ReplaceAll(strings.TrimSpace(table), "\n", "\n//\t")
	if *write {
		doc = slices.Concat(doc[:begin], []byte(comment), doc[end:])
		require.NoError(t, os.WriteFile("doc.go", doc, 0o644))
		return
	}
	require.Equal(t, comment, string(doc[begin:end]),
		"doc.go differs from Table: go test ./designs/all -run Promises -write")
}

// promiseTable shows which of the designs makes which promise.
func promiseTable(designNames []string) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "promise\t%s\tvariants that differ\n", strings.Join(designNames, "\t"))
	for _, p := range rt.Promises {
		cells, differ := []string{string(p)}, []string{}
		for _, name := range designNames {
			cells = append(cells, yesOrNo(promises(name, p)))
			differ = append(differ, differing(name, p)...)
		}
		fmt.Fprintf(w, "%s\t%s\n", strings.Join(cells, "\t"), strings.Join(differ, ", "))
	}
	w.Flush()
	lines := strings.Split(text.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func promises(name string, p rt.Promise) bool {
	row, err := all.Find(name)
	if err != nil {
		panic(err)
	}
	_, lacks := row.Lacks[p]
	return !lacks
}

// differing returns the variants of name that keep p though name does not, or that do not
// though name does.
func differing(name string, p rt.Promise) (list []string) {
	for _, variant := range all.Names() {
		isVariant := all.VariantOf(variant, all.Names()) == name
		if isVariant && promises(variant, p) != promises(name, p) {
			list = append(list, strings.TrimPrefix(variant, name))
		}
	}
	return list
}

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
