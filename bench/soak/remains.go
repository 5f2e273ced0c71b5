package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// remains is what a round might leave behind.
type remains struct{ goroutines, descriptors, maxprocs int }

// look counts what there is now.
func look() remains {
	return remains{runtime.NumGoroutine(), descriptors(), runtime.GOMAXPROCS(0)}
}

// descriptorFolders list the descriptors of the process, on systems that have such a folder.
var descriptorFolders = []string{"/proc/self/fd", "/dev/fd"}

// descriptors returns how many descriptors are open, or 0 if the system does not tell.
func descriptors() int {
	for _, folder := range descriptorFolders {
		if list, err := os.ReadDir(folder); err == nil {
			return len(list) // always including the one of the folder
		}
	}
	return 0
}

// openNow describes the open descriptors, if the system tells what they are.
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

// settle makes the runtime open its own descriptors, which stay open.
func settle() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	r.Close()
	w.Close()
	return nil
}

// leavePatience is how long goroutines that have ended, and descriptors that have been closed,
// may take to be gone.
const leavePatience = 20 * time.Second

// nothingLeft returns an error if there is more than before. What has just ended may take a
// moment to be gone, and the garbage collector closes what was abandoned.
func nothingLeft(before remains, patience time.Duration) error {
	start := time.Now()
	for wait := 10 * time.Microsecond; ; wait = min(2*wait, 100*time.Millisecond) {
		now := look()
		if now.within(before) {
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

func (r remains) within(before remains) bool {
	return r.goroutines <= before.goroutines && r.descriptors <= before.descriptors &&
		r.maxprocs == before.maxprocs
}

func (r remains) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, GOMAXPROCS %d",
		r.goroutines, r.descriptors, r.maxprocs)
}
