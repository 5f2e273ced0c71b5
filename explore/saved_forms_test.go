package explore

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// notSaved are the fields of Result and Violation that a file does not hold, and why.
var notSaved = map[string]string{
	"Result.Verdict": "it follows from the counts: see conclude and Merge",
	"Result.Bound":   "it follows from the options and the counts: see conclude and Merge",
	"Result.Why":     "it follows from the counts: see conclude and Merge",
	"Violation.HTML": "the process that finds the violation writes the page",
}

// TestAResultIsRestoredAsItWasSaved goes through all fields: one that is neither saved
// nor in notSaved fails here.
func TestAResultIsRestoredAsItWasSaved(t *testing.T) {
	r := &Result{}
	fill(t, reflect.ValueOf(r).Elem())
	text, err := json.Marshal(saveResult(r))
	require.NoError(t, err)
	var s savedResult
	require.NoError(t, json.Unmarshal(text, &s))
	got := s.restore()
	unused := map[string]bool{}
	for name := range notSaved {
		unused[name] = true
	}
	compareFields(t, reflect.ValueOf(r).Elem(), reflect.ValueOf(got).Elem(), unused)
	was, is := reflect.ValueOf(r.Violation).Elem(), reflect.ValueOf(got.Violation).Elem()
	compareFields(t, was, is, unused)
	require.Empty(t, unused, "notSaved names what is not there")
}

// fill makes every field of v, a struct, something else than zero.
func fill(t *testing.T, v reflect.Value) {
	for i := range v.NumField() {
		f := v.Field(i)
		f = reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
		switch f.Kind() {
		case reflect.String:
			f.SetString("some " + v.Type().Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int, reflect.Int64:
			f.SetInt(int64(i + 1))
		case reflect.Uint8, reflect.Uint64:
			f.SetUint(uint64(i + 1))
		case reflect.Slice:
			f.Set(reflect.ValueOf(Schedule{1, 2, int32(i)}))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
			fill(t, f.Elem())
		default:
			require.Fail(t, "cannot fill", "field %s of %v", v.Type().Field(i).Name, v.Type())
		}
	}
}

// compareFields compares want with got, except for what notSaved names, which must be
// zero in got. It takes those names out of unused.
func compareFields(t *testing.T, want, got reflect.Value, unused map[string]bool) {
	for i := range want.NumField() {
		name := want.Type().Name() + "." + want.Type().Field(i).Name
		w, g := readable(want.Field(i)), readable(got.Field(i))
		switch {
		case notSaved[name] != "":
			delete(unused, name)
			require.Zero(t, g, name)
		case want.Field(i).Kind() == reflect.Pointer:
			require.NotNil(t, g, name)
		default:
			require.Equal(t, w, g, name)
		}
	}
}

// readable returns the value of a field, also of one that is not exported.
func readable(f reflect.Value) any {
	return reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem().Interface()
}
