package progress

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Line is a line on a terminal that is written over. Elsewhere (a file, CI), each text is a
// line of its own.
type Line struct {
	out     io.Writer
	inPlace bool
	shown   bool
	width   int // of the text to write over
}

// NewLine returns a line on out.
func NewLine(out io.Writer) *Line { return &Line{out: out, inPlace: isTerminal(out)} }

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	plain := os.Getenv("TERM") == "dumb" || os.Getenv("CI") != ""
	return ok && !plain && term.IsTerminal(int(f.Fd()))
}

// InPlace says whether a text takes the place of the one before.
func (l *Line) InPlace() bool { return l.inPlace }

// Show shows the text.
func (l *Line) Show(text string) {
	l.shown = true
	if l.inPlace {
		l.overwrite(text)
	} else {
		fmt.Fprintln(l.out, text)
	}
}

// Say writes a text that stays.
func (l *Line) Say(text string) {
	if l.inPlace {
		l.overwrite("")
		fmt.Fprint(l.out, "\r")
	}
	fmt.Fprintln(l.out, text)
}

func (l *Line) overwrite(text string) {
	fmt.Fprintf(l.out, "\r%-*s", l.width, text)
	l.width = len(text)
}

// End leaves the line.
func (l *Line) End() {
	if l.inPlace && l.shown {
		fmt.Fprintln(l.out)
	}
}
