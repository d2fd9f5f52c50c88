package serve

import (
	"net"
	"net/netip"
	"sync"
)

// perAddress is a listener that closes new connections of an address with limit of them open, so that one visitor does not
// keep the others out. An IPv6 address counts by its network of 64 bits, as a visitor has all of that. This machine's own
// addresses have no limit: a proxy here speaks for many visitors.
type perAddress struct {
	net.Listener
	limit int

	mu   sync.Mutex
	open map[netip.Addr]int
}

func newPerAddress(l net.Listener, limit int) *perAddress {
	return &perAddress{Listener: l, limit: limit, open: map[netip.Addr]int{}}
}

func (l *perAddress) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		visitor, ok := visitorOf(conn.RemoteAddr())
		if !ok {
			return conn, nil
		}
		if l.enter(visitor) {
			return &visit{Conn: conn, leave: sync.OnceFunc(func() { l.leave(visitor) })}, nil
		}
		_ = conn.Close()
	}
}

// visitorOf returns the address to count a connection by; ok is false for one without a limit.
func visitorOf(address net.Addr) (visitor netip.Addr, ok bool) {
	at, err := netip.ParseAddrPort(address.String())
	if err != nil {
		return visitor, false
	}
	visitor = at.Addr().Unmap().WithZone("")
	if visitor.IsLoopback() {
		return visitor, false
	}
	if visitor.Is6() {
		network, _ := visitor.Prefix(64) // fails for more than 128 bits only
		visitor = network.Addr()
	}
	return visitor, true
}

func (l *perAddress) enter(visitor netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[visitor] >= l.limit {
		return false
	}
	l.open[visitor]++
	return true
}

func (l *perAddress) leave(visitor netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[visitor]--; l.open[visitor] == 0 {
		delete(l.open, visitor)
	}
}

// visit is a connection that counts until it is closed.
type visit struct {
	net.Conn
	leave func()
}

func (v *visit) Close() error {
	defer v.leave()
	return v.Conn.Close()
}
