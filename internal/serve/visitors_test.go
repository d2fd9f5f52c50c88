package serve

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

// line is a listener with connections of given addresses waiting.
type line struct{ waiting []string }

type standIn struct {
	net.Conn
	from string
}

func (s standIn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s.from))
}
func (s standIn) Close() error { return nil }

var errNobodyLeft = errors.New("nobody left")

func (l *line) Accept() (net.Conn, error) {
	if len(l.waiting) == 0 {
		return nil, errNobodyLeft
	}
	next := l.waiting[0]
	l.waiting = l.waiting[1:]
	return standIn{from: next}, nil
}
func (l *line) Close() error   { return nil }
func (l *line) Addr() net.Addr { return nil }

func TestOneAddressDoesNotKeepOthersOut(t *testing.T) {
	waiting := &line{}
	l := newVisitors(waiting, 2, 100)
	accepted := func(from ...string) (all []net.Conn) {
		waiting.waiting = from
		for {
			conn, err := l.Accept()
			if err != nil {
				return all
			}
			all = append(all, conn)
		}
	}
	first := accepted("192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "[::ffff:192.0.2.1]:4")
	if len(first) != 2 {
		t.Errorf("%d connections of one address, want 2", len(first))
	}
	if n := len(accepted("192.0.2.2:1", "[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1", "[2001:db8:0:1::1]:1")); n != 4 {
		t.Errorf("%d connections of others, want 4: two of one network", n)
	}
	if n := len(accepted("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "[::1]:1")); n != 4 {
		t.Errorf("%d connections of this machine, want all 4", n)
	}
	for range 2 {
		_ = first[0].Close() // counts once
	}
	if n := len(accepted("192.0.2.1:5", "192.0.2.1:6")); n != 1 {
		t.Errorf("%d more connections after one was closed, want 1", n)
	}
}
