package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"schedlab/bench"
)

const (
	environmentFile = "environment.txt"
	textFile        = "comparison.txt"
	markdownFile    = "comparison.md"
	pictureFile     = "comparison.svg"
	declinedFile    = "declined.txt"
)

// partial ends the name of a folder that does not yet have all samples.
const partial = ".partial"

// failedMark begins the line of a failed cell in a raw file; the cell and ": reason" follow.
// The Go benchmark format has no failures, and its readers skip such a line.
const failedMark = "# FAILED "

// declinedMark begins the line of a cell that a simulated machine cannot run, and why.
const declinedMark = "# DECLINED "

// raw is everything that has been measured: a file for each design.
type raw struct {
	dir    string
	env    environment
	lines  map[string][]rawLine // by design, in the order of measuring
	failed map[bench.Cell]error

	declined []declined
}

type rawLine struct {
	cell bench.Cell
	text string
}

func newRaw(dir string, env environment) *raw {
	return &raw{dir: dir, env: env, lines: map[string][]rawLine{}, failed: map[bench.Cell]error{}}
}

func (r *raw) add(c bench.Cell, line string) {
	r.lines[c.Design] = append(r.lines[c.Design], rawLine{c, line})
}

// fail withdraws what has been measured of c. A cell that is wrong now and then has no time,
// even where its answer was right.
func (r *raw) fail(c bench.Cell, err error) {
	r.failed[c] = err
	r.add(c, failedMark+c.String()+": "+err.Error())
}

// begin makes the folder, in place of one that an interrupted comparison has left. If it
// cannot be written, that is known before anything is measured.
func (r *raw) begin() error {
	err := errors.Join(os.RemoveAll(r.dir), os.MkdirAll(r.dir, 0o777))
	if err != nil {
		return err
	}
	return r.save()
}

// save writes all files anew.
func (r *raw) save() error {
	if err := r.write(environmentFile, r.env.String()); err != nil {
		return err
	}
	if err := r.writeDeclined(); err != nil {
		return err
	}
	for design := range r.lines {
		if err := r.write(design+".txt", r.env.String()+"\n"+r.text(design)); err != nil {
			return err
		}
	}
	return nil
}

// writeDeclined writes a file of its own, since a design may have been declined altogether.
func (r *raw) writeDeclined() error {
	if len(r.declined) == 0 {
		return nil
	}
	var s strings.Builder
	for _, d := range r.declined {
		fmt.Fprintf(&s, "%s%v: %s\n", declinedMark, d.cell, d.why)
	}
	return r.write(declinedFile, s.String())
}

func (r *raw) text(design string) string {
	var s strings.Builder
	for _, l := range r.lines[design] {
		if r.failed[l.cell] != nil && !strings.HasPrefix(l.text, failedMark) {
			s.WriteString("# ")
		}
		fmt.Fprintln(&s, l.text)
	}
	return s.String()
}

func (r *raw) write(name, text string) error {
	return replaceFile(filepath.Join(r.dir, name), []byte(text))
}

// replaceFile writes a file in place of the old one. If that fails, on a full disk for
// instance, the old one stays.
func replaceFile(path string, data []byte) error {
	next := path + ".tmp"
	err := os.WriteFile(next, data, 0o666)
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next) // the error that matters is the first
	}
	return err
}

// rename moves the folder to dir, in place of what was there.
func (r *raw) rename(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Rename(r.dir, dir); err != nil {
		return err
	}
	r.dir = dir
	return nil
}
