package serve

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/diag"
)

// LocalNetwork is the address for Listen to pick one on the local network, and a free port.
const LocalNetwork = "lan"

// Listen opens a port.
func Listen(at string) (net.Listener, error) {
	if at == LocalNetwork {
		ip := LAN()
		if ip == nil {
			return nil, diag.WithHint(errors.New("this machine has no address on a local network"), "connect it to the network of the phone, or try syncguard serve --airdrop")
		}
		at = net.JoinHostPort(ip.String(), "0")
	}
	listener, err := net.Listen("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", at, errors.Unwrap(err))
	}
	return listener, nil
}

// hostName is a name that an address and a certificate can have: labels of ASCII letters, digits, hyphens and underscores.
var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$`)
})

// IsHost reports whether a text is a name or an address of a host, without a port.
func IsHost(text string) bool {
	return net.ParseIP(text) != nil || len(text) <= 253 && hostName().MatchString(text)
}

// Addresses lists the names of this machine for devices, with the port. The first one is the one to show.
func Addresses(at *net.TCPAddr, given []string) []string {
	port := fmt.Sprint(at.Port)
	var names []string
	for _, host := range given {
		names = append(names, net.JoinHostPort(strings.ToLower(host), port))
	}
	if at.IP.IsUnspecified() {
		own := ownAddresses()
		if lan := LAN(); lan != nil {
			own = append([]net.IP{lan}, own...)
		}
		for _, ip := range own {
			names = append(names, net.JoinHostPort(ip.String(), port))
		}
		if host, err := os.Hostname(); err == nil && IsHost(host) {
			names = append(names, net.JoinHostPort(strings.ToLower(host), port))
		}
	} else {
		names = append(names, net.JoinHostPort(at.IP.String(), port))
	}
	if at.IP.IsLoopback() || at.IP.IsUnspecified() {
		names = append(names, net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port))
	}
	if at.Port == 80 || at.Port == 443 { // browsers omit these
		for _, name := range names {
			names = append(names, strings.TrimSuffix(name, ":"+port))
		}
	}
	return names
}

// LAN returns the address of this machine that phones on the same network reach, nil without one: that of the default route, or
// else the first address on a network, private ones first. A VPN has no phones.
func LAN() net.IP {
	var all []net.IP
	interfaces, _ := net.Interfaces()
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&(net.FlagLoopback|net.FlagPointToPoint) != 0 {
			continue
		}
		addresses, _ := i.Addrs()
		all = append(all, reachable(addresses)...)
	}
	return chooseLAN(all, defaultRoute())
}

// defaultRoute returns this machine's address for the Internet, nil without one. Nothing is sent.
func defaultRoute() net.IP {
	c, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return nil
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).IP
}

func chooseLAN(all []net.IP, preferred net.IP) net.IP {
	for _, fits := range []func(net.IP) bool{
		func(ip net.IP) bool { return ip.Equal(preferred) },
		func(ip net.IP) bool { return ip.To4() != nil && ip.IsPrivate() },
		func(ip net.IP) bool { return ip.To4() != nil },
		func(net.IP) bool { return true },
	} {
		if i := slices.IndexFunc(all, fits); i >= 0 {
			return all[i]
		}
	}
	return nil
}

// ownAddresses lists this machine's addresses reachable by others, IPv4 first.
func ownAddresses() []net.IP {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	return reachable(all)
}

// reachable returns the addresses of others' networks, IPv4 first.
func reachable(all []net.Addr) []net.IP {
	var v4, v6 []net.IP
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast():
		case n.IP.To4() != nil:
			v4 = append(v4, n.IP)
		default:
			v6 = append(v6, n.IP)
		}
	}
	return append(v4, v6...)
}

// IsLocal reports whether only this machine can open an address.
func IsLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
