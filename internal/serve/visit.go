package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// visit is a connection of a visitor. It finds out if the visitor has received everything: no portable call of an operating
// system reports that, but TCP does. Who has read everything closes the connection; with anything unread, the visitor's
// system resets it.
type visit struct {
	net.Conn
	leave func() // called on Close; may be called again

	reading sync.Mutex // one Read at a time: after a reset the first one returns it, and the next one io.EOF
	mu      sync.Mutex
	end     error // io.EOF once the visitor has ended the connection, another error once it is broken
}

func (v *visit) Read(p []byte) (int, error) {
	v.reading.Lock()
	defer v.reading.Unlock()
	n, err := v.Conn.Read(p)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		v.ended(err)
	}
	return n, err
}

func (v *visit) Write(p []byte) (int, error) {
	n, err := v.Conn.Write(p)
	if err != nil {
		v.ended(err)
	}
	return n, err
}

func (v *visit) ended(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.end == nil || v.end == io.EOF {
		v.end = err
	}
}

func (v *visit) Close() error {
	defer v.leave()
	return v.Conn.Close()
}

// finish ends what this side sends, waits until the visitor ends the connection, and reports whether that shows that
// everything was received. Nothing may be sent after the last byte, not even TLS's close_notify: visitors do not read it.
func (v *visit) finish(wait time.Duration) bool {
	if half, ok := v.Conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return false
	}
	_ = v.SetReadDeadline(time.Now().Add(wait))
	for rest := make([]byte, 512); ; {
		if _, err := v.Read(rest); err != nil {
			break
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.end == io.EOF
}

// visitKey is the key of a request's visit in its context.
type visitKey struct{}

func withVisit(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(*tls.Conn); ok {
		c = secure.NetConn()
	}
	return context.WithValue(ctx, visitKey{}, c)
}
