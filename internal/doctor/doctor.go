// Package doctor finds out whether a network keeps Apple devices from iCloud, as seen from this machine: the clock, DNS, ports,
// login pages, proxies, TLS interception, IPv6.
//
// Start with Run. It tries everything first (probe.go, dns.go) and judges what it saw afterwards (judge.go), because a fault
// explains others: behind a login page nothing works. The hosts are data with their sources, in hosts.csv.
//
// A Network is all that the package sees of the world; System returns the one of this machine, and tests play others. Whatever
// a network answers is bounded in size and time, and shortened. Only names of Apple's hosts are asked for, and ipv4only.arpa.
package doctor

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"
)

// Network is the network that a machine sees.
type Network struct {
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	Lookup    func(ctx context.Context, host string) ([]netip.Addr, error) // asks the system's resolver
	Addresses func() ([]net.Addr, error)                                   // of this machine
	Now       func() time.Time
	Environ   func(name string) (string, bool) // has the proxy: HTTPS_PROXY, NO_PROXY
	Roots     *x509.CertPool                   // nil for those of the system
}

// Resolver is an encrypted DNS service.
type Resolver struct {
	Name       string
	URL        string   // for DNS over HTTPS
	ServerName string   // for DNS over TLS
	Addresses  []string // IPv4 and IPv6
}

// Options are what to try, and for how long.
type Options struct {
	Resolvers []Resolver
	Timeout   time.Duration // for all together
}

// Status is the result of a check.
type Status string

// The results.
const (
	OK      Status = "ok"
	Note    Status = "note"    // not a cause, but good to know
	Failed  Status = "failed"  // a cause of "Sync Paused"
	Unknown Status = "unknown" // could not be checked
)

// The checks, in the order of a report.
const (
	Clock        = "clock"
	TimeServers  = "time-servers"
	DNS          = "dns"
	EncryptedDNS = "encrypted-dns"
	HTTPS        = "https"
	TLS          = "tls"
	Portal       = "portal"
	Proxy        = "proxy"
	IPv6         = "ipv6"
)

// Check is one question about the network, with its answer.
type Check struct {
	ID     string `json:"check"`           // `clock`, `time-servers`, `dns`, `encrypted-dns`, `https`, `tls`, `portal`, `proxy`, `ipv6`
	Status Status `json:"status"`          // `ok`, `note` (not a cause, but good to know), `failed` (a cause) or `unknown` (could not be checked)
	Tried  string `json:"tried"`           // what the check did
	Saw    string `json:"saw"`             // what came of it
	Cause  string `json:"cause,omitempty"` // of "Sync Paused"
	Help   string `json:"help,omitempty"`  // what to do
}

// Name is a host, with the addresses that the resolvers gave.
type Name struct {
	Host
	System    []netip.Addr `json:"system"`              // from the system's resolver
	Encrypted []netip.Addr `json:"encrypted"`           // from an encrypted resolver
	Error     string       `json:"error,omitempty"`     // why the system's resolver gave none
	Connected string       `json:"connected,omitempty"` // address that port 443 answered at
	Issuer    string       `json:"issuer,omitempty"`    // of the certificate there
}

// Report is the result of Run.
type Report struct {
	Checks  []Check  `json:"checks"`  // one for each question, in the order of the text
	Causes  []string `json:"causes"`  // of "Sync Paused", most likely first
	Names   []Name   `json:"names"`   // one for each host
	Offline bool     `json:"offline"` // nothing answered at all
}

// Count returns the number of checks with a status.
func (r *Report) Count(s Status) (n int) {
	for _, c := range r.Checks {
		if c.Status == s {
			n++
		}
	}
	return n
}

// Run checks the network. It fails only if ctx ends.
func Run(ctx context.Context, n *Network, o Options) (*Report, error) {
	s, err := probe(ctx, n, o)
	if err != nil {
		return nil, err
	}
	return judge(s, n), nil
}
