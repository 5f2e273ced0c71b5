package workloads

import (
	"errors"
	"net"

	"schedlab/host"
	"schedlab/rt"
	"schedlab/rt/gnet"
)

// neededBy returns what a design must promise for n. Where each wait keeps a thread, the Gs that
// would end it must go on without that thread.
func neededBy(n gnet.Network) rt.Promise {
	if n == gnet.Polled && rt.PollSupported {
		return ""
	}
	return rt.BesideBlocking
}

// netServer accepts connections on the loopback interface and serves each by a G of its own.
type netServer struct {
	network gnet.Network
	serve   func(g *rt.G, c *gnet.Conn) error // to its end; c is closed after that
	failed  *failure
	ln      *gnet.Listener
	ends    host.Int64 // of acceptAll; it is one G, and atomic in case it is more
}

// listen starts the server, which lasts until close.
func (s *netServer) listen(g *rt.G) (err error) {
	if s.ln, err = s.network.Listen(g, "127.0.0.1:0"); err != nil {
		return err
	}
	s.ends.Store(0)
	g.Go(s.acceptAll)
	return nil
}

// close accepts no more connections. Those that are served live on.
func (s *netServer) close(g *rt.G) { s.failed.note(s.ln.Close(g)) }

func (s *netServer) dial(g *rt.G) (*gnet.Conn, error) {
	return s.network.Dial(g, s.ln.Addr().String())
}

func (s *netServer) acceptAll(g *rt.G) {
	defer s.ends.Add(1)
	for {
		c, err := s.ln.Accept(g)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if s.failed.note(err) {
			_ = s.ln.Close(g) // or a client that dials would wait for ever
			return
		}
		g.Go(func(g *rt.G) {
			s.failed.note(s.serve(g, c))
			s.failed.note(c.Close(g))
		})
	}
}

// verify checks, after a run, that one G has accepted for all.
func (s *netServer) verify(workload string) error { return checkCount(workload, s.ends.Load(), 1) }

// failure keeps the first error of many Gs.
type failure struct {
	mu  host.Mutex
	err error
}

// note keeps err, unless it is nil, and says whether it is an error.
func (f *failure) note(err error) bool {
	if err == nil {
		return false
	}
	f.mu.Lock()
	if f.err == nil {
		f.err = err
	}
	f.mu.Unlock()
	return true
}

// take returns the error and forgets it.
func (f *failure) take() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.err
	f.err = nil
	return err
}
