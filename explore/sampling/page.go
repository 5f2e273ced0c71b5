package sampling

import (
	"fmt"
	"os"
	"strings"
)

const end = "<!-- end -->\n"

// begin is the line before the part of a page that command writes.
func begin(command string) string {
	return fmt.Sprintf("<!-- begin of what `%s` writes -->\n", command)
}

// Part returns the part of the page at path that command writes.
func Part(path, command string) (string, error) {
	_, part, _, err := cut(path, command)
	return part, err
}

// Rewrite replaces the part of the page at path that command writes.
func Rewrite(path, command, text string) error {
	before, _, after, err := cut(path, command)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(before+text+after), 0o666)
}

// cut divides the page at path at the part that command writes.
func cut(path, command string) (before, part, after string, err error) {
	page, err := os.ReadFile(path)
	if err != nil {
		return "", "", "", err
	}
	before, rest, begins := strings.Cut(string(page), begin(command))
	part, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return "", "", "", fmt.Errorf("%s has no place for what is written; mark it with the "+
			"lines\n%s%s", path, begin(command), end)
	}
	return before + begin(command), part, end + after, nil
}
