package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// publish compares the raw files in dir and writes the comparisons beside them.
func publish(ctx context.Context, dir string) (*results, error) {
	r, err := load(dir)
	if err != nil {
		return nil, err
	}
	if r.machine != "" {
		return r, publishCurves(ctx, dir, r)
	}
	var text, markdown, picture bytes.Buffer
	err = errors.Join(
		writeText(ctx, &text, r), writeMarkdown(&markdown, r), writePicture(&picture, r))
	if err != nil {
		return nil, err
	}
	files := map[string]*bytes.Buffer{
		textFile: &text, markdownFile: &markdown, pictureFile: &picture,
	}
	for name, b := range files {
		if err := replaceFile(filepath.Join(dir, name), b.Bytes()); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// show prints the end of a run: the times of r, and where the rest is.
func show(out io.Writer, dir string, r *results) error {
	more := pictureFile
	if r.machine != "" {
		more = curvesFile
	}
	_, err := fmt.Fprintf(out, "%s\nmore: %s\n      %s\n",
		times(r), filepath.Join(dir, markdownFile), filepath.Join(dir, more))
	return errors.Join(err, r.failure())
}
