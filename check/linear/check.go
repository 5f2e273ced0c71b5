package linear

import (
	"errors"
	"testing"
)

// Check fails the test if h is not linearizable by spec, or if there is no verdict in time. For
// a violation it writes a picture: an HTML page in the test's artifact directory, which
// go test -artifacts keeps.
func Check[S comparable](t testing.TB, spec Spec[S], h History[S]) {
	t.Helper()
	err := spec.Judge(h)
	if err == nil {
		return
	}
	var violation *Violation
	if !errors.As(err, &violation) {
		t.Fatalf("%s: %v", spec.Name, err)
	}
	path, pictureErr := violation.WritePicture(t.ArtifactDir())
	if pictureErr != nil {
		t.Errorf("linear: Check: the picture of the violation could not be written: %v", pictureErr)
	}
	t.Fatalf("%s: %v\nThe history, by stamps of call and return:\n%v"+
		"Picture (kept by go test -artifacts): %s", spec.Name, err, h, path)
}
