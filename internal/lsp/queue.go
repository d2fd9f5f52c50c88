package lsp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// queue holds messages until their turn, so that reading runs ahead: what an editor takes back is dropped before its turn, or stopped.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	waiting []*queued
	size    int // bytes of the parameters that wait
	running map[*queued]bool
	ended   bool
}

// queued is a message of the editor.
type queued struct {
	*jsonrpc2.Request
	ctx    context.Context
	cancel context.CancelFunc
}

const (
	maxWaiting      = 1000     // messages
	maxWaitingBytes = 64 << 20 // of their parameters, the last one aside
)

func newQueue() *queue {
	q := &queue{running: map[*queued]bool{}}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (m *queued) size() int {
	if m.Params == nil {
		return 0
	}
	return len(*m.Params)
}

// add puts a message behind the others. With very many of them it waits.
func (q *queue) add(ctx context.Context, r *jsonrpc2.Request) {
	m := &queued{Request: r}
	m.ctx, m.cancel = context.WithCancel(ctx)
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.ended && (len(q.waiting) >= maxWaiting || q.size > maxWaitingBytes) {
		q.changed.Wait()
	}
	q.waiting = append(q.waiting, m)
	q.size += m.size()
	q.changed.Broadcast()
}

// maxBackground is the most messages in the background at a time.
const maxBackground = 4

// work hands out the messages one at a time, in their order, until end. Those in the background have others answered meanwhile.
func (q *queue) work(do func(*queued)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for !q.ended && len(q.waiting) == 0 {
			q.changed.Wait()
		}
		if q.ended {
			break
		}
		m := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.size -= m.size()
		q.running[m] = true
		run := func() {
			do(m)
			m.cancel()
			q.mu.Lock()
			defer q.mu.Unlock()
			delete(q.running, m)
			q.changed.Broadcast()
		}
		if inBackground(m.Method) && len(q.running) <= maxBackground {
			go run()
			continue
		}
		q.mu.Unlock()
		run()
		q.mu.Lock()
	}
	for len(q.running) > 0 {
		q.changed.Wait()
	}
}

// cancel takes a request out of those that wait and returns it, or stops it; nil unless it waited.
func (q *queue) cancel(id jsonrpc2.ID) *queued {
	q.mu.Lock()
	defer q.mu.Unlock()
	for m := range q.running {
		if !m.Notif && m.ID == id {
			m.cancel()
			return nil
		}
	}
	for i, m := range q.waiting {
		if !m.Notif && m.ID == id {
			q.waiting = append(q.waiting[:i:i], q.waiting[i+1:]...)
			q.size -= m.size()
			m.cancel()
			q.changed.Broadcast()
			return m
		}
	}
	return nil
}

// stop stops the requests that run or wait: nobody wants the answers any more.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range slices.AppendSeq(slices.Clone(q.waiting), maps.Keys(q.running)) {
		if !m.Notif {
			m.cancel()
		}
	}
}

// drain waits until no message is left.
func (q *queue) drain() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.ended && (len(q.waiting) > 0 || len(q.running) > 0) {
		q.changed.Wait()
	}
}

// end makes work return after the messages under way.
func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.changed.Broadcast()
}

// codeRequestCancelled is the protocol's own error code for a request that the editor has taken back.
const codeRequestCancelled = -32800

var errCancelled = &jsonrpc2.Error{Code: codeRequestCancelled, Message: "cancelled"}

// cancelled is the editor's word that it wants no answer to a request any more.
func (s *server) cancelled(ctx context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) {
	var p struct {
		ID jsonrpc2.ID `json:"id"`
	}
	if r.Params == nil || json.Unmarshal(*r.Params, &p) != nil {
		return
	}
	if m := s.queue.cancel(p.ID); m != nil {
		_ = conn.ReplyWithError(ctx, m.ID, errCancelled)
	}
}
