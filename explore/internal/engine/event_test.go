package engine

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAnEventKeepsNothingOfTheOneBefore: events are written over those of the execution
// before. So done must set each field.
func TestAnEventKeepsNothingOfTheOneBefore(t *testing.T) {
	var garbage Event
	v := reflect.ValueOf(&garbage).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		f = reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
		switch f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Uint8, reflect.Uint64:
			f.SetUint(77)
		default:
			f.SetInt(77)
		}
	}
	var got [2]Event
	for i, events := range [][]Event{nil, {garbage}} {
		e := &Engine{Events: events[:0]}
		th := &Thread{e: e, ID: 1, Last: -1, deadline: NoDeadline, Op: Op{Kind: OpNow}}
		th.done(Reads, 0, 0, false)
		got[i] = e.Events[0]
	}
	require.Equal(t, got[0], got[1])
	require.Equal(t, Event{
		Thread: 1, Seq: 1, Kind: OpNow, From: -1, Obj: NoObject, Obj2: NoObject, Due: NoDeadline,
	}, got[0])
}
