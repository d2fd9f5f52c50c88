package serve

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
)

// Addresses lists the names of this machine for devices, with the port. The first one is the one to show.
func Addresses(at *net.TCPAddr, given []string) []string {
	port := fmt.Sprint(at.Port)
	var names []string
	for _, host := range given {
		names = append(names, net.JoinHostPort(strings.ToLower(host), port))
	}
	if at.IP.IsUnspecified() {
		for _, ip := range ownAddresses() {
			names = append(names, net.JoinHostPort(ip.String(), port))
		}
		if host, err := os.Hostname(); err == nil {
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

// ownAddresses lists this machine's addresses reachable by others, IPv4 first.
func ownAddresses() []net.IP {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
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

// IsLocal reports whether an address is this machine's own.
func IsLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
