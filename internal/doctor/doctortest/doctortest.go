// Package doctortest plays networks on loopback, healthy ones and faulty ones, for tests of doctor. Start with Start.
package doctortest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"syncguard/internal/doctor"
)

// Play is a network to play. The zero value is healthy.
type Play struct {
	ClockOff   time.Duration // how much the machine's clock is behind
	Resolver   string        // what the system's resolver does: "", silent, nxdomain, page; or the address that it answers
	Only       string        // the resolver does so to names that end in this
	Blocked    []string      // ports that nothing comes back from: tcp/443, udp/123; or of one address: tcp/1.1.1.1:443
	HTTP       http.Handler  // what port 80 of any host answers; nil for Apple's page
	Issuer     string        // organization that issues certificates in place of Apple; "" for Apple
	Trusted    bool          // the machine trusts that issuer
	CommonName string        // of that issuer
	Proxy      http.Handler  // the proxy of the environment, at proxy.corp:3128; nil for one that works
	Environ    map[string]string
	OnlyIPv6   bool // the machine has no IPv4 address; with IPv4Hosts the hosts have no other
	IPv4Hosts  bool
	NAT64      bool
	NTP        func(request []byte) []byte // in place of a time server's answer
	DNS        func(query []byte) []byte   // in place of every resolver's answer
	TLS        func(net.Conn)              // in place of TLS at Apple's hosts
}

// page is the address of a filter's page.
const page = "192.168.1.1"

// errTimeout is what comes of a blocked port, without the wait.
var errTimeout = &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}

// network is a network that is played.
type network struct {
	Play
	mu      sync.Mutex
	closers []io.Closer
	where   map[string]string // servers on loopback, by what they play
	apple   *authority
	other   *authority
}

// Start plays a network until stop is called.
func Start(p Play) (n *doctor.Network, stop func()) {
	s := &network{Play: p, where: map[string]string{}, apple: newAuthority("Apple Inc.", "Apple Public Test CA")}
	s.other = s.apple
	if p.Issuer != "" {
		s.other = newAuthority(p.Issuer, p.CommonName)
	}
	s.udp("dns", s.resolve)
	s.udp("ntp", s.tellTime)
	s.tls("apple", s.other, "h2", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	s.tls("page", newAuthority("Filter Inc.", "Filter Test CA"), "", func(c net.Conn) {})
	s.tls("dot", s.other, "", s.dot)
	s.https("doh", http.HandlerFunc(s.doh))
	s.http("http", p.HTTP)
	if p.Proxy == nil {
		p.Proxy = http.HandlerFunc(s.tunnel)
	}
	s.http("proxy", p.Proxy)
	roots := x509.NewCertPool()
	roots.AddCert(s.apple.cert)
	if p.Trusted {
		roots.AddCert(s.other.cert)
	}
	resolver := &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		if p.Resolver == "silent" {
			return nil, errTimeout
		}
		return (&net.Dialer{}).DialContext(ctx, "udp", s.where["dns"])
	}}
	return &doctor.Network{
		Dial: s.dial,
		Lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return resolver.LookupNetIP(ctx, "ip", host)
		},
		Addresses: func() ([]net.Addr, error) {
			if p.OnlyIPv6 {
				return []net.Addr{&net.IPNet{IP: net.ParseIP("2001:db8::2"), Mask: net.CIDRMask(64, 128)}}, nil
			}
			return []net.Addr{&net.IPNet{IP: net.IPv4(10, 0, 0, 2), Mask: net.CIDRMask(8, 32)}}, nil
		},
		Now:     func() time.Time { return time.Now().Add(-p.ClockOff) },
		Environ: func(name string) (string, bool) { v, ok := p.Environ[name]; return v, ok },
		Roots:   roots,
	}, s.stop
}

func (s *network) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.closers {
		c.Close()
	}
}

func (s *network) keep(c io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closers = append(s.closers, c)
}

// dial connects to the server on loopback that plays an address.
func (s *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	for _, b := range s.Blocked {
		if b == kind+"/"+port || b == kind+"/"+address {
			return nil, errTimeout
		}
	}
	at, err := netip.ParseAddr(host)
	if err == nil && at.Is4() && s.OnlyIPv6 {
		return nil, errors.New("network is unreachable")
	}
	isResolver := !strings.HasPrefix(host, "17.") && !strings.HasPrefix(host, "2001:db8") && host != page
	name := map[string]string{"udp/123": "ntp", "tcp/443": "apple", "tcp/853": "dot", "tcp/80": "http"}[kind+"/"+port]
	switch {
	case host == page && port == "443":
		name = "page"
	case host == "proxy.corp":
		name = "proxy"
	case isResolver && port == "443":
		name = "doh"
	}
	if s.where[name] == "" {
		return nil, fmt.Errorf("nothing plays %s %s", kind, address)
	}
	return (&net.Dialer{}).DialContext(ctx, kind, s.where[name])
}

func (s *network) udp(name string, answer func([]byte) []byte) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s.keep(conn)
	s.where[name] = conn.LocalAddr().String()
	go func() {
		for buffer := make([]byte, 65535); ; {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if a := answer(buffer[:n]); a != nil {
				_, _ = conn.WriteTo(a, from)
			}
		}
	}()
}

func (s *network) listen(name string) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s.keep(l)
	s.where[name] = l.Addr().String()
	return l
}

func (s *network) tls(name string, by *authority, protocol string, serve func(net.Conn)) {
	l := s.listen(name)
	config := &tls.Config{GetCertificate: by.issue}
	if protocol != "" {
		config.NextProtos = []string{protocol, "http/1.1"}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.keep(conn)
			go func() {
				defer conn.Close()
				if s.TLS != nil && name == "apple" {
					s.TLS(conn)
					return
				}
				encrypted := tls.Server(conn, config)
				if encrypted.Handshake() == nil {
					serve(encrypted)
				}
			}()
		}
	}()
}

func (s *network) https(name string, handler http.Handler) {
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{GetCertificate: s.other.issue}}
	s.keep(server)
	l := s.listen(name)
	go func() { _ = server.ServeTLS(l, "", "") }()
}

func (s *network) http(name string, handler http.Handler) {
	if handler == nil {
		handler = http.HandlerFunc(success)
	}
	server := &http.Server{Handler: handler}
	s.keep(server)
	l := s.listen(name)
	go func() { _ = server.Serve(l) }()
}

// success is what captive.apple.com answers.
func success(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n")
}

// tunnel is a proxy that lets everything through.
func (s *network) tunnel(w http.ResponseWriter, _ *http.Request) {
	up, err := net.Dial("tcp", s.where["apple"])
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	s.keep(conn)
	s.keep(up)
	fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(up, conn) }()
	_, _ = io.Copy(conn, up)
}

// resolve is the system's resolver.
func (s *network) resolve(query []byte) []byte { return s.answer(query, s.Resolver) }

// answer answers a query: by a way of Play.Resolver.
func (s *network) answer(query []byte, way string) []byte {
	if s.DNS != nil {
		return s.DNS(query)
	}
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	if !strings.HasSuffix(q.Name.String(), s.Only+map[bool]string{true: "."}[s.Only != ""]) {
		way = ""
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
	switch address := addressOf(q.Name.String(), way); {
	case way == "nxdomain":
		m.RCode = dnsmessage.RCodeNameError
	case q.Name.String() == "ipv4only.arpa." && q.Type == dnsmessage.TypeAAAA && s.NAT64:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("64:ff9b::c000:aa").As16()}})
	case q.Name.String() == "ipv4only.arpa.":
	case q.Type == dnsmessage.TypeA && address.Is4():
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: address.As4()}})
	case q.Type == dnsmessage.TypeAAAA && s.OnlyIPv6 && !s.IPv4Hosts:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("2001:db8::17").As16()}})
	}
	data, err := m.Pack()
	if err != nil {
		return nil
	}
	return data
}

// addressOf returns the address of a host: Apple's, or that of a filter.
func addressOf(name, way string) netip.Addr {
	switch way {
	case "", "nxdomain":
		return netip.AddrFrom4([4]byte{17, 0, byte(len(name)), name[0]})
	case "page":
		way = page
	}
	return netip.MustParseAddr(way)
}

func (s *network) doh(w http.ResponseWriter, r *http.Request) {
	query, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/dns-message")
	_, _ = w.Write(s.answer(query, ""))
}

func (s *network) dot(conn net.Conn) {
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer := s.answer(query, "")
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

// tellTime is a time server of stratum 1: RFC 5905, figure 8.
func (s *network) tellTime(request []byte) []byte {
	if s.NTP != nil {
		return s.NTP(request)
	}
	if len(request) < 48 {
		return nil
	}
	answer := make([]byte, 48)
	answer[0], answer[1], answer[2], answer[3] = 4<<3|4, 1, 6, 0xec
	copy(answer[12:], "GPS\x00")
	copy(answer[24:32], request[40:48]) // the origin is the request's transmit time
	for _, at := range []int{16, 32, 40} {
		binary.BigEndian.PutUint64(answer[at:], stamp(time.Now()))
	}
	return answer
}

// stamp is a time in NTP's format: seconds since 1900, and their fraction.
func stamp(t time.Time) uint64 {
	return uint64(t.Unix()+2208988800)<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}

// authority issues a certificate for every name.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(organization, name string) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	a := &authority{key: key}
	a.cert = a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organization}, CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}, nil, key)
	return a
}

func (a *authority) sign(template, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	template.NotBefore, template.NotAfter = time.Now().Add(-24*time.Hour), time.Now().Add(30*24*time.Hour)
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, a.key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func (a *authority) issue(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: hello.ServerName}, DNSNames: []string{hello.ServerName},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, a.key)
	return &tls.Certificate{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: a.key}, nil
}

// Plays are the networks by name: a healthy one, and one for each fault.
func Plays() map[string]Play {
	login := http.RedirectHandler("http://login.hotel.example/", http.StatusFound)
	wants407 := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) })
	viaProxy := map[string]string{"HTTPS_PROXY": "http://me:hunter22@proxy.corp:3128"}
	all := []string{"tcp/443", "tcp/853", "udp/123"}
	return map[string]Play{
		"healthy":               {},
		"clock":                 {ClockOff: 10 * time.Minute},
		"clock-without-ntp":     {ClockOff: -3 * time.Hour, Blocked: []string{"udp/123"}},
		"resolver-silent":       {Resolver: "silent"},
		"resolver-zero":         {Resolver: "0.0.0.0", Only: "icloud.com"},
		"resolver-page":         {Resolver: "page", Only: "icloud.com"},
		"resolver-nxdomain":     {Resolver: "nxdomain", Only: "icloud.com"},
		"encrypted-dns":         {Blocked: []string{"tcp/1.1.1.1:443", "tcp/8.8.8.8:443", "tcp/853"}},
		"port-853":              {Blocked: []string{"tcp/853"}},
		"port-80":               {Blocked: []string{"tcp/80"}},
		"udp-123":               {Blocked: []string{"udp/123"}},
		"port-443":              {Blocked: []string{"tcp/443"}},
		"login-redirect":        {HTTP: login, Blocked: all},
		"login-page":            {HTTP: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<title>Welcome</title>") }), Blocked: all},
		"interceptor":           {Issuer: "Zscaler Inc.", CommonName: "Zscaler Test CA"},
		"interceptor-trusted":   {Issuer: "Netskope", CommonName: "Netskope Test CA", Trusted: true},
		"proxy-407":             {HTTP: wants407, Blocked: all},
		"proxy-environment":     {Environ: viaProxy, Blocked: append(all, "tcp/80")},
		"proxy-environment-407": {Environ: viaProxy, Proxy: wants407, Blocked: append(all, "tcp/80")},
		"proxy-not-needed":      {Environ: viaProxy},
		"ipv6-without-nat64":    {OnlyIPv6: true, IPv4Hosts: true},
		"ipv6-with-nat64":       {OnlyIPv6: true, NAT64: true},
		"offline":               {Resolver: "silent", Blocked: append(all, "tcp/80")},
		"hostile":               {Issuer: "Evil\x1b[2J\u202e::error::", CommonName: "\x1b]0;owned\a" + strings.Repeat("x", 5000)},
	}
}
