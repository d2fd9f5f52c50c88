package serve

import (
	"net"
	"net/netip"
	"sync"
)

// visitors is a listener with a bound on open connections. With all of them open, new ones wait. New connections of an
// address with perAddress of them open are closed, so that one visitor does not keep the others out. An IPv6 address counts
// by its network of 64 bits, as a visitor has all of that. This machine's own addresses have no bound of their own: a proxy
// here speaks for many visitors.
type visitors struct {
	net.Listener
	perAddress int
	slots      chan struct{}
	closed     chan struct{}
	close      func()

	mu   sync.Mutex
	open map[netip.Addr]int
}

func newVisitors(l net.Listener, perAddress, all int) *visitors {
	closed := make(chan struct{})
	return &visitors{Listener: l, perAddress: perAddress, slots: make(chan struct{}, all), closed: closed,
		close: sync.OnceFunc(func() { close(closed) }), open: map[netip.Addr]int{}}
}

func (l *visitors) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			<-l.slots
			return nil, err
		}
		visitor := addressOf(conn)
		if l.enter(visitor) {
			return &visit{Conn: conn, leave: sync.OnceFunc(func() { l.leave(visitor); <-l.slots })}, nil
		}
		_ = conn.Close()
	}
}

func (l *visitors) Close() error {
	l.close()
	return l.Listener.Close()
}

// addressOf returns the address to count a connection by.
func addressOf(conn net.Conn) netip.Addr {
	at, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
	visitor := at.Addr().Unmap().WithZone("")
	if visitor.Is6() && !visitor.IsLoopback() {
		network, _ := visitor.Prefix(64) // fails for more than 128 bits only
		visitor = network.Addr()
	}
	return visitor
}

func (l *visitors) enter(visitor netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[visitor] >= l.perAddress && visitor.IsValid() && !visitor.IsLoopback() {
		return false
	}
	l.open[visitor]++
	return true
}

func (l *visitors) leave(visitor netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[visitor]--; l.open[visitor] == 0 {
		delete(l.open, visitor)
	}
}
