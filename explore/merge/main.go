// Command merge adds up what the shards of explorations have found. It reads the files that
// -explore.resume has written, and prints one line for each exploration. It fails if a part
// is missing or a property is violated. It prints a violation as its shard did, with the
// table and the line that replays it.
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

Name the files of all n shards. Each is written by

	go test ./queue -run TestRing -explore.shard=1/n -explore.resume=$PWD/part1.json
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit status: 0 if every exploration passes, 1 if not, 2 if no file is
// named.
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
