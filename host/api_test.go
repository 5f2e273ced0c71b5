package host_test

import (
	"bytes"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// api describes each exported name of package host, as it is built with tags, and the methods
// and fields of each type as "Type.Name".
func api(t *testing.T, tags string) map[string]string {
	pkg := build(t, tags)
	found := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(name); obj.Exported() {
			describe(found, obj)
		}
	}
	return found
}

// build returns the package as the compiler sees it.
func build(t *testing.T, tags string) *types.Package {
	dependOn(t, ".", "../explore", "../sim", "../internal/coro")
	var problems bytes.Buffer
	list := exec.Command("go", "list", "-export", "-deps", "-tags", tags,
		"-f", "{{.ImportPath}} {{.Export}}", "schedlab/host")
	list.Stderr = &problems
	out, err := list.Output()
	require.NoError(t, err, "go list: %s", &problems)
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", open).Import("schedlab/host")
	require.NoError(t, err)
	return pkg
}

// dependOn reads the sources, because go test uses an old result unless a file has changed
// that the test read itself. It knows nothing of what go list reads.
func dependOn(t *testing.T, folders ...string) {
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			_, err := os.ReadFile(file)
			require.NoError(t, err)
		}
	}
}

func describe(found map[string]string, obj types.Object) {
	switch obj := obj.(type) {
	case *types.TypeName:
		found[obj.Name()] = "type" + typeParams(obj.Type())
		members(found, obj)
	case *types.Func:
		found[obj.Name()] = signature(obj.Signature())
	default:
		found[obj.Name()] = fmt.Sprintf("%T %s", obj, text(obj.Type()))
	}
}

func members(found map[string]string, obj *types.TypeName) {
	methods := types.NewMethodSet(types.NewPointer(obj.Type()))
	for i := range methods.Len() {
		if m := methods.At(i).Obj().(*types.Func); m.Exported() {
			found[obj.Name()+"."+m.Name()] = signature(m.Signature())
		}
	}
	fields, ok := obj.Type().Underlying().(*types.Struct)
	for i := 0; ok && i < fields.NumFields(); i++ {
		if f := fields.Field(i); f.Exported() {
			found[obj.Name()+"."+f.Name()] = text(f.Type())
		}
	}
}

func typeParams(t types.Type) string {
	if t, ok := t.(interface{ TypeParams() *types.TypeParamList }); ok {
		return fmt.Sprintf(" of %d types", t.TypeParams().Len())
	}
	return ""
}

// signature leaves out the names of parameters.
func signature(s *types.Signature) string {
	return "func" + tuple(s.Params()) + tuple(s.Results())
}

func tuple(vars *types.Tuple) string {
	var list []string
	for i := range vars.Len() {
		list = append(list, text(vars.At(i).Type()))
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// text is t without the package that it comes from: host.Bool is atomic.Bool.
func text(t types.Type) string {
	return types.TypeString(types.Unalias(t), func(*types.Package) string { return "" })
}

// One source of a scheduler runs on all hosts only if it finds the same names.
func TestTheHostsHaveTheSameNames(t *testing.T) {
	real := api(t, "")
	for _, tag := range []string{"model", "sim"} {
		other := api(t, tag)
		for name, is := range real {
			require.Contains(t, other, name, "the %s host lacks it", tag)
			require.Equal(t, is, other[name],
				"%s, on the real host and on the %s host", name, tag)
		}
		for name := range other {
			if _, ok := real[name]; !ok {
				require.Contains(t, onOneHost, name,
					"the real host lacks what the %s host has", tag)
			}
		}
	}
	require.Contains(t, real, "Mutex.Lock")
	require.Greater(t, len(real), 100)
}

// onOneHost is methods of words that are for package host itself: a futex, and to wait for a
// cache line.
var onOneHost = []string{"Uint32.Wait", "Uint32.Wake", "Uint32.Await", "Uint32.AwaitSwap"}
