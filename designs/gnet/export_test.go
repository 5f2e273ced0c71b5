package gnet

import "schedlab/designs"

// Do lets a test stand where a read stands: c is a Conn of Polled.
func (c *Conn) Do(g *designs.G, try func() error) error {
	return c.on.(*desc).do(g, designs.PollRead, try)
}
