// Command merge adds up what shards of an exploration have found: it reads the
// files that -explore.resume has written, prints one line for each exploration, and
// fails if a part is missing, or if a property is violated: that it prints as its shard
// did, with the table and the line that does it again.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"schedlab/explore"
)

const usage = `usage: merge file...

Each file is what one shard has written, of all n:

	go test ./queue -run TestRing -explore.shard=1/n -explore.resume=$PWD/part1.json
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit status: 0 if all is well, 1 if not, 2 if there is nothing to
// merge.
func run(files []string, out, complaints io.Writer) int {
	if len(files) == 0 || slices.Contains(files, "-h") || slices.Contains(files, "--help") {
		fmt.Fprint(complaints, usage)
		return 2
	}
	results, err := explore.Merge(files...)
	for _, name := range slices.Sorted(maps.Keys(results)) {
		r := results[name]
		fmt.Fprintf(out, "%s: %v\n", name, &r)
	}
	if err != nil {
		fmt.Fprintln(complaints, err)
		return 1
	}
	return 0
}
