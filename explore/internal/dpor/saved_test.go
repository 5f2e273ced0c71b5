package dpor

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"schedlab/explore/internal/engine"
)

// someStep is one in which everything is set.
func someStep(thread int32) step {
	return step{
		thread: thread, seq: 3, kind: engine.OpCAS, waited: true, outer: true,
		Footprint: engine.Footprint{Obj: 4, Obj2: 5, Mode: engine.Writes, Marks: engine.Calls},
	}
}

// someWays has branches that are chains, and others.
func someWays(r *restorer) *way {
	end := r.one(&chain{step: someStep(0), objects: 9})
	next := &branch{chain: r.one(&chain{
		step: someStep(2), objects: 8, choices: []int32{2}, doubt: true, rest: end,
	})}
	first := &branch{chain: end, more: &way{choices: []int32{1, 0}, doubt: true}, next: next}
	return &way{choices: []int32{1}, then: wakeupTree{first}, next: &way{}}
}

// someTasks are tasks in which, all together, everything is set. They share a node.
func someTasks() []task {
	var r restorer
	root := &branch{
		chain: r.one(&chain{step: someStep(2), objects: 6}),
		then:  someWays(&r).then, more: someWays(&r),
	}
	threads := &node{
		objects: 6, taken: 2, shared: true, full: true, active: []int32{2, 1}, inherited: 1,
		sleep:  []step{someStep(1), someStep(2), someStep(0)},
		wakeup: wakeupTree{root},

		unsettled: []unsettled{{at: 2, tree: someWays(&r).then}},
	}
	choice := &node{events: 1, objects: 7, n: 3, first: 1, taken: 2, ways: someWays(&r)}
	first := place{node: threads, cur: someStep(2), sleep: threads.sleep[:1]}
	other := place{node: threads, cur: someStep(0), sleep: threads.sleep[:2]}
	return []task{
		{path: []place{first, {node: choice, v: 2, sleep: choice.sleep[:0]}}, guide: someWays(&r)},
		{path: []place{other}, done: true},
	}
}

// TestWhatIsLeftIsRestoredAsItWasSaved goes through all fields of what is saved: one that
// is set nowhere above, and one that is not saved, fails here. None is derived.
func TestWhatIsLeftIsRestoredAsItWasSaved(t *testing.T) {
	set := map[reflect.Type]map[string]bool{}
	tasks := someTasks()
	noteSet(reflect.ValueOf(tasks), set)
	saved := []any{
		task{}, place{}, node{}, unsettled{}, branch{}, way{}, wakeupTree{}, chain{}, step{},
		engine.Footprint{},
	}
	for _, v := range saved {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			name := typ.Field(i).Name
			require.True(t, set[typ][name], "%v.%s: set it in someTasks, and save it", typ, name)
		}
	}
	tr, names := NewTree(1), &engine.ThreadIDs{}
	tr.tasks = tasks
	names.Of(engine.Birth{Parent: 0, N: 0})
	names.Of(engine.Birth{Parent: 1, N: 5})
	text, err := json.Marshal(tr.Save(names))
	require.NoError(t, err)
	var left Remainder
	require.NoError(t, json.Unmarshal(text, &left))
	again := NewTree(1)
	gotNames, err := again.Restore(&left, false)
	require.NoError(t, err)
	require.Equal(t, tasks, again.tasks)
	require.Same(t, again.tasks[0].path[0].node, again.tasks[1].path[0].node, "tasks share nodes")
	require.Equal(t, names.Births(), gotNames.Births())
}

// noteSet notes which fields are not zero, of all structs that v leads to.
func noteSet(v reflect.Value, set map[reflect.Type]map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			noteSet(v.Elem(), set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			noteSet(v.Index(i), set)
		}
	case reflect.Struct:
		fields := set[v.Type()]
		if fields == nil {
			fields = map[string]bool{}
			set[v.Type()] = fields
		}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				fields[v.Type().Field(i).Name] = true
			}
			noteSet(v.Field(i), set)
		}
	}
}

// A file that contradicts itself is refused.
func TestWhatCannotBeRestored(t *testing.T) {
	for _, c := range []struct {
		want   string
		damage func(*Remainder)
	}{
		{"two threads have one name", func(r *Remainder) {
			r.Threads = append(r.Threads, r.Threads[0])
		}},
		{"there is no step of kind", func(r *Remainder) { r.Nodes[0].Sleep[0].Kind = 200 }},
		{"its numbers do not fit together", func(r *Remainder) { r.Nodes[1].First = 9 }},
		{"a branch leads nowhere", func(r *Remainder) { r.Nodes[0].Pending[0].Chain = nil }},
		{"is from node 7, which is not there", func(r *Remainder) { r.Tasks[0].Path[0].Node = 7 }},
		{"the node is of event 1, not 0", func(r *Remainder) {
			r.Tasks[0].Path = r.Tasks[0].Path[1:]
		}},
		{"it chooses 3 of 3", func(r *Remainder) { r.Tasks[0].Path[1].V = 3 }},
		{"9 steps sleep, of 3", func(r *Remainder) { r.Tasks[1].Path[0].Sleep = 9 }},
		{"0 steps sleep, of 3", func(r *Remainder) { r.Tasks[1].Path[0].Sleep = 0 }},
		{"a choice has steps that sleep", func(r *Remainder) { r.Tasks[0].Path[1].Sleep = 1 }},
		{"it has no path", func(r *Remainder) { r.Tasks[1].Path = nil }},
		{"by thread 9", func(r *Remainder) { r.Tasks[1].Path[0].Cur.Thread = 9 }},
		{"task 0: there is no step of kind 200", func(r *Remainder) {
			r.Tasks[0].Guide[0].Kids[0].Chain[0].Step.Kind = 200
		}},
	} {
		tr, names := NewTree(1), &engine.ThreadIDs{}
		tr.tasks = someTasks()
		names.Of(engine.Birth{Parent: 0, N: 0})
		names.Of(engine.Birth{Parent: 0, N: 1})
		left := tr.Save(names)
		c.damage(&left)
		_, err := NewTree(1).Restore(&left, false)
		require.ErrorContains(t, err, c.want)
	}
}

// A branch may be thousands of steps long, and JSON is nested 10 000 deep at most. What was a
// chain is one again.
func TestLongBranchesAreRestored(t *testing.T) {
	var tree wakeupTree
	var m reverser
	var p pool
	long := "0 w0" + strings.Repeat("; 2 w1", 3000)
	reversed{long + "; 1 w0", 0, 3001, 9}.into(t, &tree, &m, &p)
	reversed{long + "; 3 w0", 0, 3001, 9}.into(t, &tree, &m, &p)
	reversed{"0 w0; 3 r1; 4 r0", 0, 2, 9}.into(t, &tree, &m, &p)
	text, err := json.Marshal(saveBranches(tree))
	require.NoError(t, err)
	var list []savedBranch
	require.NoError(t, json.Unmarshal(text, &list))
	var r restorer
	again := r.tree(list)
	require.True(t, reflect.DeepEqual(list, saveBranches(again)), "not what was saved")
	last := again.first.next
	require.True(t, last.then.empty())
	require.NotNil(t, last.rest)
}
