//go:build !portable && !model && !sim

package host

import (
	"fmt"
	"math"
	"syscall"
	"unsafe"
)

// PollerSupported says whether Poller.Open can succeed on this system.
const PollerSupported = true

// Poller tells a scheduler which descriptors can be read or written again, so that a G waits
// for the network without a thread. It uses epoll(7) and, to end a wait early, eventfd(2).
// The zero Poller is closed. Any thread may call Add, Remove, Wait and Break at any time
// between Open and Close.
//
// # Edges
//
// A descriptor is added once, for both directions. An event says that the descriptor became
// ready, not that it is ready. There is one event when it is added, if it is ready then, and
// one each time that more arrives or room is made. Events that nobody has collected yet
// merge, and an event may tell what an operation has found out meanwhile. Two rules follow:
//
//   - A reader or writer goes on until ErrWouldBlock, and only then waits for an event.
//   - An event for which nobody waits is kept for the next waiter, which would otherwise wait
//     for something that has happened.
//
// An event is given to one Wait. One that was given may be acted upon after Remove, or after
// the descriptor's number was used again. So a tag that names reused things needs a sequence
// number. The kernel, not an atomic, carries a tag from Add to Wait; what the tag stands for
// must be published otherwise.
//
// # Ending a wait early
//
// Breaks that nobody has seen yet merge, so that many of them cost one system call. The flag
// says that a Break is under way, and the eventfd wakes the waiter:
//
//	Break                                 Wait, which may block
//	1. (the caller: change what the       1. epoll_pwait
//	   waiter looks at)                   2. if the eventfd is ready: read it, to
//	2. swap the flag to set; done if         zero; if another has, done
//	   it was                             3. swap the flag to clear
//	3. write to the eventfd               4. return (the caller: look)
//
// Each write is paired with one successful read and one clearing, since no Break writes
// while the flag is set: from step 2 of Break to step 3 of Wait. There are two cases. If
// step 2 of a Break comes before step 3 of that Wait, the Break may rely on the write of
// another one; but then step 4 of Wait looks after it. If it comes after, the Break writes
// itself. In Wait, step 3 must not come before step 2: a Break between the two would write
// what step 2 then reads, and leave the flag set for ever.
//
// The eventfd is level-triggered, as no other descriptor is. So a Wait that does not block,
// and whose caller does not look at the same things, leaves a Break to a Wait that does. The
// price is that one Break may end several blocked Waits.
type Poller struct {
	open    bool // the descriptors are; 0 is one, too
	epfd    int
	eventfd int

	// breaking is the flag. Atomic, because Break and Wait race for it. Each swaps, because a
	// Break that merges must be ordered before the Wait that clears.
	breaking Bool
	// noPwait2 says that the kernel has no epoll_pwait2. Atomic, because several Waits may
	// find out at once; it orders nothing.
	noPwait2 Bool
}

const (
	// maxPollEvents is how many events one call of the kernel returns, on the stack.
	maxPollEvents = 128

	// epollET: syscall.EPOLLET has another sign on some architectures.
	epollET   = 1 << 31
	epollBoth = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | epollET

	epollMayRead  = syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLHUP | syscall.EPOLLERR
	epollMayWrite = syscall.EPOLLOUT | syscall.EPOLLHUP | syscall.EPOLLERR

	// eventfdFlags: EFD_CLOEXEC and EFD_NONBLOCK are those of open(2).
	eventfdFlags = syscall.O_CLOEXEC | syscall.O_NONBLOCK

	// sysEpollPwait2 is not in package syscall. It is the same on all architectures but mips
	// and alpha, whose kernels answer that they do not know it.
	sysEpollPwait2 = 441
)

// Open makes the descriptors. It fails if p is open, or if there are none left.
func (p *Poller) Open() error {
	if p.open {
		return fmt.Errorf("host: Poller.Open: the poller is open already: close it first")
	}
	epfd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return fmt.Errorf("host: Poller.Open: epoll_create1(2): %w", err)
	}
	eventfd, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, eventfdFlags, 0)
	if errno != 0 {
		syscall.Close(epfd)
		return fmt.Errorf("host: Poller.Open: eventfd2(2): %w", errno)
	}
	p.open, p.epfd, p.eventfd = true, epfd, int(eventfd)
	p.breaking.Store(false) // of an earlier life
	if err := p.register(p.eventfd, syscall.EPOLLIN, BreakTag); err != nil {
		p.Close()
		return fmt.Errorf("host: Poller.Open: epoll_ctl(2) of the eventfd: %w", err)
	}
	return nil
}

// Close gives the descriptors back. Nobody may be in Wait or Break, or call them later.
// Closing a closed Poller does nothing.
func (p *Poller) Close() {
	if !p.open {
		return
	}
	p.open = false
	syscall.Close(p.eventfd)
	syscall.Close(p.epfd)
}

// Add asks for events of fd, with tag, until Remove, or until fd and every duplicate of it
// are closed. See 'Edges'.
func (p *Poller) Add(fd int, tag uint64) error {
	if !p.open {
		return errPollerClosed
	}
	if tag == BreakTag {
		return fmt.Errorf("host: Poller.Add: the tag is BreakTag (%#x): use any other", tag)
	}
	err := p.register(fd, epollBoth, tag)
	switch err {
	case nil:
		return nil
	case syscall.EPERM:
		return fmt.Errorf("host: Poller.Add: descriptor %d is a file or directory, "+
			"which epoll(7) cannot watch: read and write it in calls that block the thread: %w",
			fd, err)
	case syscall.EEXIST:
		return fmt.Errorf("host: Poller.Add: descriptor %d was added before: "+
			"one registration serves both directions: %w", fd, err)
	}
	return fmt.Errorf("host: Poller.Add: epoll_ctl(2) of descriptor %d: %w", fd, err)
}

func (p *Poller) register(fd int, events uint32, tag uint64) error {
	return syscall.EpollCtl(p.epfd, syscall.EPOLL_CTL_ADD, fd,
		&syscall.EpollEvent{Events: events, Fd: int32(tag), Pad: int32(tag >> 32)})
}

func tagOf(e *syscall.EpollEvent) uint64 {
	return uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32
}

// Remove ends what Add began. Call it before fd is closed, or it fails.
func (p *Poller) Remove(fd int) error {
	if !p.open {
		return errPollerClosed
	}
	// Kernels before 2.6.9 read the event of a deletion.
	err := syscall.EpollCtl(p.epfd, syscall.EPOLL_CTL_DEL, fd, &syscall.EpollEvent{})
	if err != nil {
		return fmt.Errorf("host: Poller.Remove: epoll_ctl(2) of descriptor %d, "+
			"which must be open and added: %w", fd, err)
	}
	return nil
}

// Wait stores the events there are in buf, at most maxPollEvents, and returns how many. buf
// must not be empty. If there are no events Wait waits for one, at most ns nanoseconds (0:
// not at all; negative: no limit). It may return 0 before that, after a Break or a signal,
// so callers look again. Linux adds up to 50 µs to a limit, and before Linux 5.11 rounds it
// up to milliseconds.
func (p *Poller) Wait(ns int64, buf []PollEvent) (n int) {
	p.mustBeOpen("Wait")
	if len(buf) == 0 {
		panic("host: Poller.Wait: the buffer for events is empty: it must hold at least one")
	}
	var events [maxPollEvents]syscall.EpollEvent
	raw := events[:min(len(buf), maxPollEvents)]
	broken := false
	for i := range raw[:p.epollWait(ns, raw)] {
		e := &raw[i]
		if tagOf(e) == BreakTag {
			broken = true
			continue
		}
		buf[n] = PollEvent{
			Tag:      tagOf(e),
			Readable: e.Events&epollMayRead != 0,
			Writable: e.Events&epollMayWrite != 0,
		}
		n++
	}
	if broken && ns != 0 {
		p.takeBreak()
	}
	return n
}

// epollWait is Wait without Breaks. Where it may block it tells the runtime: see 'Why threads
// sleep in futex and not in channels'. Where it may not, to tell would only cost. A garbage
// collection then waits at most for another thread that is inside epoll(7), and that thread
// needs nothing of Go's to get on.
func (p *Poller) epollWait(ns int64, raw []syscall.EpollEvent) int {
	epfd, at, size := uintptr(p.epfd), unsafe.Pointer(&raw[0]), uintptr(len(raw))
	var n uintptr
	var errno syscall.Errno
	switch {
	case ns == 0:
		n, _, errno = syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT,
			epfd, uintptr(at), size, 0, 0, 0)
	case ns > 0 && !p.noPwait2.Load():
		limit := [2]int64{ns / 1e9, ns % 1e9} // a 64-bit timespec, on 32-bit machines too
		n, _, errno = syscall.Syscall6(sysEpollPwait2,
			epfd, uintptr(at), size, uintptr(unsafe.Pointer(&limit)), 0, 0)
		if errno == syscall.ENOSYS || errno == syscall.EPERM { // EPERM: a sandbox without it
			p.noPwait2.Store(true)
			return p.epollWait(ns, raw)
		}
	default:
		n, _, errno = syscall.Syscall6(syscall.SYS_EPOLL_PWAIT,
			epfd, uintptr(at), size, uintptr(millis(ns)), 0, 0)
	}
	switch errno {
	case 0:
		return int(n)
	case syscall.EINTR:
		return 0
	}
	panic("host: Poller.Wait: epoll_pwait(2): " + errno.Error())
}

// millis rounds up, so that a caller does not loop for less than a millisecond.
func millis(ns int64) int {
	if ns < 0 {
		return -1
	}
	return int(min((uint64(ns)+1e6-1)/1e6, math.MaxInt32))
}

// takeBreak is steps 2 and 3 of Wait: see 'Ending a wait early'. If it finds nothing to read,
// another Wait has taken the Break.
func (p *Poller) takeBreak() {
	var count uint64
	_, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(p.eventfd),
		uintptr(unsafe.Pointer(&count)), unsafe.Sizeof(count))
	switch errno {
	case 0:
		p.breaking.Swap(false)
	case syscall.EAGAIN:
	default:
		panic("host: Poller.Wait: read(2) of the eventfd: " + errno.Error())
	}
}

// Break makes at least one Wait that is blocked return, or else the next one that would
// block. What the caller wrote before is seen after that Wait.
func (p *Poller) Break() {
	p.mustBeOpen("Break")
	if p.breaking.Swap(true) {
		return
	}
	one := uint64(1)
	// It cannot block: the counter is 0.
	_, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(p.eventfd),
		uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
	if errno != 0 {
		panic("host: Poller.Break: write(2) to the eventfd: " + errno.Error())
	}
}

// mustBeOpen panics on a closed Poller: the zero one would use standard input twice.
func (p *Poller) mustBeOpen(call string) {
	if !p.open {
		panic("host: Poller." + call + ": the poller is not open")
	}
}
