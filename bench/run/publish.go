package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// publish compares the raw files in dir, writes the comparisons beside them and
// shows the text.
func publish(ctx context.Context, dir string, out io.Writer) error {
	r, err := load(dir)
	if err != nil {
		return err
	}
	var text, markdown, picture bytes.Buffer
	if err := errors.Join(writeText(ctx, &text, r), writeMarkdown(&markdown, r), writePicture(&picture, r)); err != nil {
		return err
	}
	for name, b := range map[string]*bytes.Buffer{textFile: &text, markdownFile: &markdown, pictureFile: &picture} {
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\n%s\nwritten to %s\n", text.Bytes(), dir)
	return r.failure()
}
