package doctor

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/beevik/ntp"
	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/http/httpproxy"
)

// seen is what the network showed.
type seen struct {
	hosts      []*hostSeen
	resolvers  []*resolverSeen
	proxy      proxySeen
	portal     portalSeen
	has4, has6 bool // addresses of this machine
	nat64      answer
}

// hostSeen is what was seen of a host.
type hostSeen struct {
	Host
	system    answer   // of the system's resolver
	encrypted answer   // of an encrypted resolver
	by        string   // address of that resolver
	direct    talk     // with the address from the system's resolver
	around    talk     // with the address from the encrypted one, if the other one was of no use
	time      timeSeen // of a time server
}

// answer is what a resolver answers.
type answer struct {
	addresses []netip.Addr
	err       error
}

// talk is a TCP connection, with the certificates that were shown in it.
type talk struct {
	to    netip.Addr
	err   error // of connecting
	chain []*x509.Certificate
	tls   error
}

// resolverSeen is one encrypted resolver by one protocol.
type resolverSeen struct {
	Resolver
	port    int
	at      netip.Addr
	talk    talk
	err     error // of the first question
	answers map[string]answer
}

func (r *resolverSeen) works() bool { return r.talk.err == nil && r.talk.tls == nil && r.err == nil }

type timeSeen struct {
	tried  bool
	offset time.Duration // of the server's clock from this one
	err    error
}

// portalSeen is what the page that finds login pages answered.
type portalSeen struct {
	err      error
	status   int
	location string
	success  bool
	date     time.Time // zero for none
	asked    time.Time // when, by this machine's clock
}

// proxySeen is the proxy that the environment names.
type proxySeen struct {
	name   string // HOST:PORT; "" for none
	err    error
	status int // of CONNECT; 0 for none
	talk   talk
}

// prober tries things, each for a limited time.
type prober struct {
	*Network
	Options
	seen
	each time.Duration
}

// probe tries everything: first names, then what needs addresses. It fails only if ctx ends.
func probe(ctx context.Context, n *Network, o Options) (*seen, error) {
	p := &prober{Network: n, Options: o, each: o.Timeout / 3}
	p.has4, p.has6 = families(n)
	var work sync.WaitGroup
	try := func(f func(context.Context)) {
		work.Go(func() {
			limited, cancel := context.WithTimeout(ctx, p.each)
			defer cancel()
			f(limited)
		})
	}
	for _, h := range Hosts() {
		seen := &hostSeen{Host: h}
		p.hosts = append(p.hosts, seen)
		try(func(ctx context.Context) { seen.system = p.lookup(ctx, h.Name) })
	}
	for _, r := range o.Resolvers {
		for _, port := range []int{portHTTPS, portDoT} {
			seen := &resolverSeen{Resolver: r, port: port, at: p.pick(parseAddresses(r.Addresses)), answers: map[string]answer{}}
			p.resolvers = append(p.resolvers, seen)
			try(func(ctx context.Context) { p.askAll(ctx, seen) })
		}
	}
	if p.isIPv6() {
		try(func(ctx context.Context) { p.nat64 = p.lookup(ctx, "ipv4only.arpa") })
	}
	work.Wait()
	for _, h := range p.hosts {
		h.encrypted, h.by = p.encryptedAnswer(h.Name)
		try(func(ctx context.Context) { p.reach(ctx, h) })
	}
	try(p.tryProxy)
	work.Wait()
	return &p.seen, context.Cause(ctx)
}

// isIPv6 reports whether the machine has IPv6 addresses only.
func (s *seen) isIPv6() bool { return s.has6 && !s.has4 }

// families reports whether the machine has addresses of IPv4 and IPv6. One that does not tell counts as having IPv4.
func families(n *Network) (has4, has6 bool) {
	all, err := n.Addresses()
	has4 = err != nil
	for _, a := range all {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil || !prefix.Addr().IsGlobalUnicast() {
			continue
		}
		has4, has6 = has4 || prefix.Addr().Is4(), has6 || prefix.Addr().Is6()
	}
	return has4, has6
}

func (p *prober) lookup(ctx context.Context, host string) answer {
	addresses, err := p.Lookup(ctx, host+".") // the dot keeps search domains away
	for i := range addresses {
		addresses[i] = addresses[i].Unmap()
	}
	if len(addresses) == 0 && err == nil {
		err = errNoSuchName
	}
	return answer{addresses[:min(len(addresses), 8)], err}
}

// pick returns the address to use: one of IPv4, unless the machine has none.
func (p *prober) pick(addresses []netip.Addr) netip.Addr {
	if i := slices.IndexFunc(addresses, func(a netip.Addr) bool { return a.Is4() != p.isIPv6() }); i >= 0 {
		return addresses[i]
	}
	if len(addresses) == 0 {
		return netip.Addr{}
	}
	return addresses[0]
}

func parseAddresses(texts []string) (all []netip.Addr) {
	for _, t := range texts {
		if a, err := netip.ParseAddr(t); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// dial connects to a port of an address. The caller calls stop.
func (p *prober) dial(ctx context.Context, network string, to netip.Addr, port int) (conn net.Conn, stop func(), err error) {
	conn, err = p.Dial(ctx, network, netip.AddrPortFrom(to, uint16(port)).String())
	if err != nil {
		return nil, nil, err
	}
	return conn, closeAt(ctx, conn), nil
}

// shake does a TLS handshake and keeps the certificates. They are judged later, by a corrected clock; nothing secret is ever sent.
func (t *talk) shake(ctx context.Context, conn net.Conn, serverName string, protocols ...string) *tls.Conn {
	encrypted := tls.Client(conn, &tls.Config{ServerName: serverName, NextProtos: protocols, InsecureSkipVerify: true}) //nolint:gosec // see above
	if t.tls = encrypted.HandshakeContext(ctx); t.tls == nil {
		t.chain = encrypted.ConnectionState().PeerCertificates
	}
	return encrypted
}

// askAll asks an encrypted resolver for all hosts, over one connection.
func (p *prober) askAll(ctx context.Context, r *resolverSeen) {
	r.talk.to = r.at
	conn, stop, err := p.dial(ctx, "tcp", r.at, r.port)
	if r.talk.err = err; err != nil {
		return
	}
	defer stop()
	var ask exchange
	if r.port == portDoT {
		ask = overTLS(r.talk.shake(ctx, conn, r.ServerName))
	} else {
		at, err := url.Parse(r.URL)
		if r.talk.tls = err; err != nil {
			return
		}
		ask = overHTTPS(ctx, r.talk.shake(ctx, conn, at.Hostname(), "h2", "http/1.1"), r.URL)
	}
	if r.talk.tls != nil {
		return
	}
	kind := dnsmessage.TypeA
	if p.isIPv6() {
		kind = dnsmessage.TypeAAAA
	}
	for _, h := range Hosts() {
		addresses, err := ask.ask(h.Name, kind)
		if err != nil && !errors.Is(err, errNoSuchName) {
			r.err = err
			return
		}
		r.answers[h.Name] = answer{addresses, err}
	}
}

// encryptedAnswer returns what the first encrypted resolver with an answer says, and its address.
func (p *prober) encryptedAnswer(host string) (a answer, by string) {
	for _, r := range p.resolvers {
		if a, ok := r.answers[host]; ok {
			return a, r.at.String()
		}
	}
	return answer{}, ""
}

// reach connects to a host, and around the system's resolver if its address is of no use.
func (p *prober) reach(ctx context.Context, h *hostSeen) {
	to := p.pick(slices.DeleteFunc(slices.Clone(h.system.addresses), netip.Addr.IsUnspecified))
	around := p.pick(h.encrypted.addresses)
	switch h.Port {
	case portHTTPS:
		half, cancel := context.WithTimeout(ctx, p.each/2) // leaves time to go around
		defer cancel()
		h.direct = p.talkTo(half, h, to)
		if around != to && (h.direct.err != nil || h.direct.tls != nil || judgeChain(h.direct.chain, h.Name, p.Roots, p.Now()).problem != "") {
			h.around = p.talkTo(ctx, h, around)
		}
	case portNTP:
		if to.IsValid() || around.IsValid() {
			h.time = p.askTime(ctx, cmp.Or(to, around))
		}
	case portHTTP:
		if to.IsValid() || around.IsValid() {
			p.portal = p.detect(ctx, h, cmp.Or(to, around))
		} else {
			p.portal.err = errNoAddress
		}
	}
}

// errNoAddress is why a host without an address was not tried.
var errNoAddress = errors.New("no address to try")

func (p *prober) talkTo(ctx context.Context, h *hostSeen, to netip.Addr) talk {
	t := talk{to: to, err: errNoAddress}
	if !to.IsValid() {
		return t
	}
	var conn net.Conn
	var stop func()
	if conn, stop, t.err = p.dial(ctx, "tcp", to, h.Port); t.err == nil {
		defer stop()
		t.shake(ctx, conn, h.Name)
	}
	return t
}

// askTime asks a time server, by SNTP.
func (p *prober) askTime(ctx context.Context, to netip.Addr) timeSeen {
	response, err := ntp.QueryWithOptions(netip.AddrPortFrom(to, portNTP).String(), ntp.QueryOptions{
		Timeout:       p.each,
		GetSystemTime: p.Now,
		Dialer: func(string, string) (net.Conn, error) {
			conn, _, err := p.dial(ctx, "udp", to, portNTP) // closed by ntp, or when ctx ends
			return conn, err
		},
	})
	if err == nil {
		err = response.Validate()
	}
	if err != nil {
		return timeSeen{tried: true, err: err}
	}
	return timeSeen{tried: true, offset: response.ClockOffset}
}

// detect asks for the page that devices find login pages by: any answer but success is one.
func (p *prober) detect(ctx context.Context, h *hostSeen, to netip.Addr) (s portalSeen) {
	conn, stop, err := p.dial(ctx, "tcp", to, h.Port)
	if err != nil {
		return portalSeen{err: err}
	}
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.Name+"/hotspot-detect.html", nil)
	if err != nil {
		return portalSeen{err: err}
	}
	response, err := onlyOver(conn).Do(request)
	if err != nil {
		return portalSeen{err: err}
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	s = portalSeen{status: response.StatusCode, asked: p.Now()}
	s.success = s.status == http.StatusOK && strings.Contains(strings.ToLower(string(body)), "<title>success</title>")
	if at, err := response.Location(); err == nil {
		s.location = at.Host
	}
	s.date, _ = http.ParseTime(response.Header.Get("Date"))
	return s
}

// tryProxy connects to the first host through the proxy of the environment, if any.
func (p *prober) tryProxy(ctx context.Context) {
	host := Hosts()[0]
	get := func(name string) string {
		upper, _ := p.Environ(strings.ToUpper(name))
		lower, _ := p.Environ(strings.ToLower(name))
		return cmp.Or(upper, lower)
	}
	config := httpproxy.Config{HTTPSProxy: cmp.Or(get("HTTPS_PROXY"), get("ALL_PROXY")), NoProxy: get("NO_PROXY")}
	at, err := config.ProxyFunc()(&url.URL{Scheme: "https", Host: host.Name})
	switch {
	case err != nil:
		p.proxy = proxySeen{name: "HTTPS_PROXY", err: errors.New("not an address")} // the error would quote a password
		return
	case at == nil:
		return
	}
	port := cmp.Or(at.Port(), map[string]string{"https": "443", "http": "80"}[at.Scheme])
	p.proxy.name = net.JoinHostPort(at.Hostname(), port)
	if at.Scheme != "http" && at.Scheme != "https" {
		p.proxy.err = fmt.Errorf("%s is not tried", at.Scheme)
		return
	}
	conn, err := p.Dial(ctx, "tcp", p.proxy.name)
	if p.proxy.err = err; err != nil {
		return
	}
	defer closeAt(ctx, conn)()
	if at.Scheme == "https" {
		// Verified, unlike the others: it may get a password.
		outer := tls.Client(conn, &tls.Config{ServerName: at.Hostname(), RootCAs: p.Roots, Time: p.Now})
		if p.proxy.err = outer.HandshakeContext(ctx); p.proxy.err != nil {
			return
		}
		conn = outer
	}
	p.connect(ctx, conn, at.User, host)
}

// connect asks a proxy for a tunnel, and does a TLS handshake through it.
func (p *prober) connect(ctx context.Context, conn net.Conn, user *url.Userinfo, host Host) {
	target := net.JoinHostPort(host.Name, strconv.Itoa(host.Port))
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{}}
	if password, _ := user.Password(); user != nil {
		basic := &http.Request{Header: http.Header{}}
		basic.SetBasicAuth(user.Username(), password)
		request.Header.Set("Proxy-Authorization", basic.Header.Get("Authorization"))
	}
	if p.proxy.err = request.Write(conn); p.proxy.err != nil {
		return
	}
	response, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, maxAnswer)), request)
	if p.proxy.err = err; err != nil {
		return
	}
	if p.proxy.status = response.StatusCode; p.proxy.status == http.StatusOK {
		p.proxy.talk.shake(ctx, conn, host.Name)
	}
}
