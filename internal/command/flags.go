package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"schedlab/internal/names"
)

// Flags returns a set for [Parse].
func Flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are returned, not printed
	return fs
}

// Parse reads args, which must be nothing but flags of fs. The answer to -h goes to help,
// with the error flag.ErrHelp. Other errors say what is wrong and what to do.
func Parse(fs *flag.FlagSet, args []string, help io.Writer) error {
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(help)
		fs.PrintDefaults()
		return err
	case err != nil:
		return fmt.Errorf("%w; -h lists the flags", nearest(fs, err))
	case fs.NArg() > 0:
		return fmt.Errorf("unexpected argument %q; values belong to flags, as in -seed=1; "+
			"-h lists the flags", fs.Arg(0))
	}
	return nil
}

// undefined is how package flag begins the error for a flag that it does not know.
const undefined = "flag provided but not defined: "

// nearest returns err or, for an unknown flag, one that names the nearest flags.
func nearest(fs *flag.FlagSet, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), undefined)
	if !unknown {
		return err
	}
	var known []string
	fs.VisitAll(func(f *flag.Flag) { known = append(known, "-"+f.Name) })
	return names.Unknown("flag", name, known)
}
