package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// remains is what a program might leave behind.
type remains struct{ goroutines, descriptors, maxprocs int }

// look returns what there is now.
func look() remains {
	return remains{runtime.NumGoroutine(), descriptors(), runtime.GOMAXPROCS(0)}
}

// descriptorFolders list a process's descriptors, where there is such a thing.
var descriptorFolders = []string{"/proc/self/fd", "/dev/fd"}

// descriptors returns how many are open; 0 if the system does not tell.
func descriptors() int {
	for _, folder := range descriptorFolders {
		if list, err := os.ReadDir(folder); err == nil {
			return len(list) // with that of the folder, each time
		}
	}
	return 0
}

// openNow lists the descriptors that are open, where the system says what they are.
func openNow() (text string) {
	for _, folder := range descriptorFolders {
		list, _ := os.ReadDir(folder)
		for _, fd := range list {
			if to, err := os.Readlink(filepath.Join(folder, fd.Name())); err == nil {
				text += fmt.Sprintf("; descriptor %s is %s", fd.Name(), to)
			}
		}
		if text != "" {
			break
		}
	}
	return text
}

// settle makes the runtime open its own descriptors, which stay.
func settle() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	r.Close()
	w.Close()
	return nil
}

// leavePatience is how long what has ended may take to be gone.
const leavePatience = 20 * time.Second

// nothingLeft says what there is more than before. What ended a moment ago may need
// another to be gone; what was abandoned is closed by the garbage collector.
func nothingLeft(before remains, patience time.Duration) error {
	start := time.Now()
	for wait := 10 * time.Microsecond; ; wait = min(2*wait, 100*time.Millisecond) {
		now := look()
		if now.goroutines <= before.goroutines && now.descriptors <= before.descriptors && now.maxprocs == before.maxprocs {
			return nil
		}
		if time.Since(start) > patience {
			return fmt.Errorf("before there were %v; left are %v%s", before, now, openNow())
		}
		if wait > time.Millisecond {
			runtime.GC()
		}
		time.Sleep(wait)
	}
}

func (r remains) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, GOMAXPROCS %d", r.goroutines, r.descriptors, r.maxprocs)
}
