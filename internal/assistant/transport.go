package assistant

import (
	"context"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// drained is a transport that tells of the end of its input once every call read before is answered. Without it the library drops
// these answers, and a client that only pipes its calls in gets none (modelcontextprotocol/go-sdk issue 1061).
type drained struct{ mcp.Transport }

func (t *drained) Connect(ctx context.Context) (mcp.Connection, error) {
	conn, err := t.Transport.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &drainedConn{Connection: conn, idle: make(chan struct{}, 1)}, nil
}

type drainedConn struct {
	mcp.Connection
	mu    sync.Mutex
	calls int           // read and not answered
	asked int           // written and not answered: after the end of the input they never are
	idle  chan struct{} // gets a token with each message written
}

func (c *drainedConn) Read(ctx context.Context) (jsonrpc.Message, error) {
	message, err := c.Connection.Read(ctx)
	if err == nil {
		c.count(message, &c.calls, &c.asked)
		return message, nil
	}
	for !c.isDone() && ctx.Err() == nil {
		select {
		case <-c.idle:
		case <-ctx.Done():
		}
	}
	return message, err
}

func (c *drainedConn) Write(ctx context.Context, message jsonrpc.Message) error {
	err := c.Connection.Write(ctx, message)
	c.count(message, &c.asked, &c.calls)
	select {
	case c.idle <- struct{}{}:
	default:
	}
	return err
}

// count counts a message that opens a call, or closes one of the other side.
func (c *drainedConn) count(message jsonrpc.Message, opened, closed *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m := message.(type) {
	case *jsonrpc.Request:
		if m.IsCall() {
			*opened++
		}
	case *jsonrpc.Response:
		*closed--
	}
}

// isDone reports whether no answer is to come any more.
func (c *drainedConn) isDone() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls <= 0 || c.asked > 0
}
