package rt

import (
	"errors"
	"fmt"

	"schedlab/host"
)

// waiter is a Run or a Close that waits until no G is left.
type waiter struct {
	done host.Note
	err  error
}

// Run implements [Scheduler].
//
//go:noinline
func (c *Core) Run(main func(*G)) error {
	in := Injection{fn: main}
	if cheapSites {
		in.site = siteOf(host.CallerPC())
	}
	w := &waiter{}
	err := c.use("Run", main, func() error {
		if c.wait != nil {
			return errors.New("rt: Run: another Run is under way; wait for it, or submit with Go")
		}
		c.wait = w
		return nil
	})
	if err != nil {
		return err
	}
	c.impl.Inject(in)
	w.done.Sleep()
	if w.err != nil {
		c.fail(w.err)
	}
	return w.err
}

// Go implements [Scheduler].
//
//go:noinline
func (c *Core) Go(fn func(*G)) error {
	in := Injection{fn: fn}
	if cheapSites {
		in.site = siteOf(host.CallerPC())
	}
	if err := c.use("Go", fn, func() error { return nil }); err != nil {
		return err
	}
	c.impl.Inject(in)
	return nil
}

// use admits a G, for which the caller then calls Inject. It refuses what call cannot do:
// fn is missing, the scheduler is closed or has failed, or more, which is called under
// the lock, returns an error.
func (c *Core) use(call string, fn func(*G), more func() error) error {
	if fn == nil {
		return fmt.Errorf("rt: %s: the function is nil; pass the body of a G", call)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return fmt.Errorf("rt: %s: %w", call, ErrClosed)
	}
	if c.failure != nil {
		c.told = true
		return fmt.Errorf("rt: %s: the scheduler has stopped, only Close is left: %w",
			call, c.failure)
	}
	err := more()
	if err == nil {
		c.admitted++
	}
	return err
}

// Hold implements [Scheduler].
func (c *Core) Hold() (release func()) {
	c.mu.Lock()
	c.holds++
	c.mu.Unlock()
	var once host.Bool
	return func() {
		if once.Swap(true) {
			return
		}
		c.mu.Lock()
		c.holds--
		// A Run or Close that waits must be told again if the scheduler is at rest. It
		// stays until the nudge that makes it so has ended.
		ask := c.wait != nil
		if ask {
			c.admitted++
		}
		c.mu.Unlock()
		if ask {
			c.impl.Inject(nudge)
		}
	}
}

// nudge makes the scheduler come to rest once more.
var nudge = Injection{func(*G) {}, ownSite}

// Close implements [Scheduler].
func (c *Core) Close() error {
	w := &waiter{}
	failed, err := c.beginClose(w)
	if err != nil {
		return err
	}
	if !failed {
		c.impl.Inject(nudge)
		w.done.Sleep()
	}
	c.stop()
	c.join()
	c.destroyStacks()
	c.net.close()
	c.release()
	return w.err
}

// beginClose makes the scheduler refuse further calls. Unless it has failed, w now
// waits, and a nudge is admitted for it.
func (c *Core) beginClose(w *waiter) (failed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closing:
		return false, fmt.Errorf("rt: Close: %w", ErrClosed)
	case c.holds > 0:
		return false, fmt.Errorf("rt: Close: %d Holds are not released; release them first",
			c.holds)
	case c.wait != nil:
		return false, errors.New("rt: Close: a Run is under way; wait for it first")
	}
	c.closing = true
	if c.failure != nil {
		if !c.told {
			w.err = c.failure
		}
		return true, nil
	}
	c.wait = w
	c.admitted++
	return false, nil
}

// fail stops the scheduler because of err, and tells the Run or Close under way. The
// first failure counts.
func (c *Core) fail(err error) {
	c.mu.Lock()
	w := c.wait
	c.wait = nil
	if c.failure == nil {
		c.failure = err
	}
	c.told = c.told || w != nil
	c.mu.Unlock()
	c.stop()
	if w != nil {
		w.err = err
		w.done.Wakeup()
	}
}

// stop makes every M end at its next step: the parked ones are woken, the running Gs
// asked to give way. The first call does it.
func (c *Core) stop() {
	// Before the requests to give way: see NewSlice.
	if c.halt.set(haltStop).stop() {
		return
	}
	c.impl.Stop()
	c.PreemptAll()
}
