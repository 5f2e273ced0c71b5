package workloads

import (
	"encoding/binary"
	"io"

	"schedlab/rt"
	"schedlab/rt/gnet"
	"schedlab/rt/gsync"
)

// rpcRequest asks for a number of rounds of work on a word. The client tells answers apart by the
// id, since they come in any order.
type rpcRequest struct {
	id, rounds uint32
	word       uint64
}

type rpcReply struct {
	id     uint32
	answer uint64
}

// What they are on the wire.
const (
	rpcRequestBytes = 16
	rpcReplyBytes   = 12
)

func (r rpcRequest) put(b []byte) {
	binary.LittleEndian.PutUint32(b, r.id)
	binary.LittleEndian.PutUint32(b[4:], r.rounds)
	binary.LittleEndian.PutUint64(b[8:], r.word)
}

func (r *rpcRequest) get(b []byte) {
	r.id = binary.LittleEndian.Uint32(b)
	r.rounds = binary.LittleEndian.Uint32(b[4:])
	r.word = binary.LittleEndian.Uint64(b[8:])
}

func (r rpcReply) put(b []byte) {
	binary.LittleEndian.PutUint32(b, r.id)
	binary.LittleEndian.PutUint64(b[4:], r.answer)
}

func (r *rpcReply) get(b []byte) {
	*r = rpcReply{binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint64(b[4:])}
}

// serviceOf is the answer to a request, and the work of finding it. If it were inlined where no
// answer is wanted it would be no work.
//
//go:noinline
func serviceOf(word uint64, rounds uint32) uint64 {
	for range rounds {
		word = scramble(word + 1) // 0 is mapped to itself
	}
	return word
}

// serveRPC serves a connection until the client has no more requests. Each is answered by a G of
// its own, so that a long one does not delay those behind it.
func serveRPC(g *rt.G, c *gnet.Conn) error {
	var under gsync.WaitGroup
	var failed failure
	defer under.Wait(g) // until then c belongs to those Gs, too
	var buf [rpcRequestBytes]byte
	for {
		_, err := c.ReadFull(g, buf[:])
		if err == io.EOF {
			under.Wait(g)
			return failed.take()
		}
		if err != nil {
			return err
		}
		var req rpcRequest
		req.get(buf[:])
		under.Add(g, 1)
		g.Go(func(g *rt.G) {
			defer under.Done(g)
			failed.note(req.answer(g, c))
		})
	}
}

// servicePiece is how many rounds are done between two safe points: some µs of work.
const servicePiece = 1000

func (r rpcRequest) answer(g *rt.G, c *gnet.Conn) error {
	word := r.word
	for left := r.rounds; left > 0; {
		piece := min(left, servicePiece)
		word = serviceOf(word, piece)
		computed(int(piece), scramblePs)
		left -= piece
		g.Checkpoint()
	}
	var buf [rpcReplyBytes]byte
	rpcReply{r.id, word}.put(buf[:])
	_, err := c.Write(g, buf[:])
	return err
}
