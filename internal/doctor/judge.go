package doctor

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"syncguard/internal/text"
)

// maxOffset is how wrong a clock may be. Network time keeps a clock within a second, so a minute means that nothing sets it; how
// much iCloud bears, Apple does not say.
const maxOffset = time.Minute

// judge turns what was seen into checks.
func judge(s *seen, n *Network) *Report {
	j := &judgement{seen: s, pool: n.Roots, now: n.Now()}
	offset, source, known := j.offset()
	j.now = j.now.Add(offset)
	r := &Report{Checks: []Check{}, Causes: []string{}}
	for _, c := range []struct {
		id, tried string
		check     func(*Check)
	}{
		{Clock, "the time of Apple's time servers", func(c *Check) { j.clock(c, offset, source, known) }},
		{TimeServers, "UDP port 123 of Apple's time servers", j.timeServers},
		{DNS, "each host's name with the system's resolver", j.dns},
		{EncryptedDNS, "the encrypted resolvers of the DNS profile, on port 443 (HTTPS) and 853 (TLS)", j.encryptedDNS},
		{HTTPS, "TCP port 443 of iCloud's hosts", j.https},
		{TLS, "the certificates of iCloud's hosts", j.tls},
		{Portal, "http://captive.apple.com/hotspot-detect.html, as devices do", j.login},
		{Proxy, "the proxy that the environment names (HTTPS_PROXY), and one that answers for captive.apple.com", j.viaProxy},
		{IPv6, "the addresses of this machine", j.ipv6},
	} {
		check := Check{ID: c.id, Status: OK, Tried: c.tried}
		c.check(&check)
		r.Checks = append(r.Checks, check)
	}
	r.Names = j.names()
	if r.Offline = j.nothingAnswered(); r.Offline {
		for i, c := range r.Checks {
			if c.Status == Failed || c.Status == Note {
				r.Checks[i] = Check{ID: c.ID, Status: Unknown, Tried: c.Tried, Saw: c.Saw}
			}
		}
	}
	explain(r.Checks)
	for _, id := range likely {
		if c := r.check(id); c.Status == Failed {
			r.Causes = append(r.Causes, c.Cause)
		}
	}
	return r
}

// likely orders the checks by how much a fault there explains.
var likely = []string{Portal, Proxy, IPv6, HTTPS, TLS, DNS, Clock, TimeServers, EncryptedDNS}

// explains lists the checks that a fault makes fail too.
var explains = map[string][]string{
	Portal: {Proxy, IPv6, HTTPS, TLS, DNS, TimeServers, EncryptedDNS},
	Proxy:  {IPv6, HTTPS, TLS, DNS, TimeServers, EncryptedDNS},
	IPv6:   {HTTPS, TimeServers, EncryptedDNS},
	HTTPS:  {EncryptedDNS},
	TLS:    {EncryptedDNS},
}

// explain leaves the fault that explains others, and calls those unknown.
func explain(checks []Check) {
	at := func(id string) *Check {
		return &checks[slices.IndexFunc(checks, func(c Check) bool { return c.ID == id })]
	}
	for _, id := range likely {
		if at(id).Status != Failed {
			continue
		}
		for _, other := range explains[id] {
			if c := at(other); c.Status == Failed {
				c.Status, c.Saw, c.Cause, c.Help = Unknown, c.Saw+"; most likely a consequence", "", ""
			}
		}
	}
}

func (r *Report) check(id string) Check {
	return r.Checks[slices.IndexFunc(r.Checks, func(c Check) bool { return c.ID == id })]
}

// judgement judges what was seen, by the best time known.
type judgement struct {
	*seen
	pool *x509.CertPool
	now  time.Time
}

// offset returns how much this clock is off: the median of the time servers, or else what a web server says.
func (j *judgement) offset() (off time.Duration, source string, known bool) {
	var all []*hostSeen
	for _, h := range j.hosts {
		if h.time.tried && h.time.err == nil {
			all = append(all, h)
		}
	}
	if len(all) > 0 {
		slices.SortFunc(all, func(a, b *hostSeen) int { return cmp.Compare(a.time.offset, b.time.offset) })
		return all[len(all)/2].time.offset, all[len(all)/2].Name, true
	}
	if j.portal.success && !j.portal.date.IsZero() {
		return j.portal.date.Sub(j.portal.asked), "captive.apple.com (HTTP)", true
	}
	return 0, "", false
}

func (j *judgement) clock(c *Check, off time.Duration, source string, known bool) {
	switch {
	case !known:
		c.unknown("no server gives the time")
	case off.Abs() < maxOffset:
		c.Saw = fmt.Sprintf("%.1f s off %s", off.Abs().Seconds(), source)
	default:
		c.fail(fmt.Sprintf("%s %s, by %s", readable(off.Abs()), map[bool]string{true: "slow", false: "fast"}[off > 0], source), "the clock is wrong",
			"set date and time automatically; the date & time settings of the profile do so on devices (syncguard build)")
	}
}

// readable rounds a duration to two units: 10m0s is 10 min, 26h3m is 26 h 3 min.
func readable(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}

func (j *judgement) timeServers(c *Check) {
	answered, all := 0, 0
	var last *hostSeen
	for _, h := range j.hosts {
		if h.Port != portNTP {
			continue
		}
		if all++; h.time.tried && h.time.err == nil {
			answered++
		} else if h.time.tried {
			last = h
		}
	}
	switch {
	case answered > 0:
		c.Saw = fmt.Sprintf("%d of %s", answered, text.Count(all, "time server"))
	case last == nil:
		c.unknown("no address of a time server")
	default:
		c.fail(fmt.Sprintf("%s: %s", last.Name, reason(last.time.err)), "nothing sets the clock: UDP port 123 is blocked",
			"ask who runs the network to allow UDP port 123 to Apple's time servers, or to run a time server of their own")
	}
}

// dns compares the system's resolver with an encrypted one: it is at fault where its answer is of no use and the other's is.
func (j *judgement) dns(c *Check) {
	var bad []string
	var first *hostSeen
	gone := 0
	for _, h := range j.hosts {
		switch {
		case j.isAtFault(h):
			if bad = append(bad, h.Name); first == nil {
				first = h
			}
		case h.system.err != nil && errors.Is(h.encrypted.err, errNoSuchName):
			gone++
		}
	}
	switch {
	case first == nil && gone == 0:
		c.Saw = fmt.Sprintf("%s, by the system's resolver", text.Count(len(j.hosts), "name"))
		return
	case first == nil:
		c.Status, c.Saw = Note, fmt.Sprintf("%s that no resolver knows any more", text.Count(gone, "name"))
		return
	}
	saw := j.faultOf(first)
	if len(bad) > 1 {
		saw += fmt.Sprintf(" (and %s)", text.Count(len(bad)-1, "more name"))
	}
	help := "ask who runs the resolver to allow icloud.com, icloud-content.com, apple-cloudkit.com and apple.com"
	switch {
	case first.by != "" && len(first.encrypted.addresses) > 0:
		saw += fmt.Sprintf("; %s (encrypted) gives Apple's", first.by)
		help = "the DNS profile helps on this network (syncguard build), or " + help
	case first.by == "":
		saw += "; no encrypted resolver answers either"
	}
	c.fail(saw, "DNS is blocked", help)
}

// isAtFault reports whether the system's resolver keeps a host from this machine.
func (j *judgement) isAtFault(h *hostSeen) bool {
	if len(h.encrypted.addresses) == 0 {
		return h.system.err != nil && h.by == "" || isUnspecified(h.system)
	}
	if h.system.err != nil || isUnspecified(h.system) {
		return true
	}
	if h.Port == portHTTPS {
		return !j.isGood(h.direct, h.Name) && j.isGood(h.around, h.Name)
	}
	return isSpecial(h.system.addresses[0]) && !(h.time.tried && h.time.err == nil) && !(h.Port == portHTTP && j.portal.err == nil)
}

func (j *judgement) isGood(t talk, host string) bool {
	return t.to.IsValid() && t.err == nil && t.tls == nil && judgeChain(t.chain, host, j.pool, j.now).problem == ""
}

func isUnspecified(a answer) bool {
	return len(a.addresses) > 0 && !slices.ContainsFunc(a.addresses, func(a netip.Addr) bool { return !a.IsUnspecified() })
}

// isSpecial reports whether an address cannot be Apple's: it is of this machine or of a local network.
func isSpecial(a netip.Addr) bool {
	return !a.IsGlobalUnicast() || a.IsPrivate()
}

// faultOf says what the system's resolver does about a name.
func (j *judgement) faultOf(h *hostSeen) string {
	var failed *net.DNSError
	resolver := "the system's resolver"
	if errors.As(h.system.err, &failed) && failed.Server != "" {
		if host, _, err := net.SplitHostPort(failed.Server); err == nil {
			resolver = "the resolver " + host
		}
	}
	switch {
	case h.system.err == nil && isUnspecified(h.system):
		return fmt.Sprintf("%s answers %s for %s: a filter", resolver, h.system.addresses[0], h.Name)
	case h.system.err == nil:
		return fmt.Sprintf("%s answers %s for %s, which is not Apple's server: a filter", resolver, h.system.addresses[0], h.Name)
	case errors.Is(h.system.err, errNoSuchName) || failed != nil && failed.IsNotFound:
		return fmt.Sprintf("%s says that %s does not exist", resolver, h.Name)
	}
	return fmt.Sprintf("%s gives no answer for %s", resolver, h.Name)
}

func (j *judgement) encryptedDNS(c *Check) {
	type failure struct {
		port int
		why  string
	}
	var failures []failure
	where := map[failure][]string{}
	working, blocked := 0, false
	for _, r := range j.resolvers {
		v := judgeChain(r.talk.chain, hostOf(r), j.pool, j.now)
		why := ""
		switch {
		case r.works() && v.problem == "":
			working++
			continue
		case v.problem != "":
			why = v.problem
		default:
			why = reason(cmp.Or(r.talk.err, r.talk.tls, r.err))
		}
		f := failure{r.port, why}
		if where[f] == nil {
			failures = append(failures, f)
		}
		where[f] = append(where[f], r.at.String())
		blocked = blocked || r.port == portHTTPS
	}
	var saws []string
	for _, f := range failures {
		saws = append(saws, fmt.Sprintf("%s, port %d: %s", strings.Join(where[f], " and "), f.port, f.why))
	}
	c.Saw = strings.Join(saws, "; ")
	switch {
	case blocked:
		c.fail(c.Saw, "a device with the DNS profile has no DNS here: the encrypted resolver is blocked",
			"ask who runs the network to allow it, exempt this network in the template (docs/prevention.md), or take another provider")
	case len(failures) > 0:
		c.Status, c.Saw = Note, c.Saw+"; port 443 works"
		c.Help = "profiles with the protocol tls do not work here; those with https, the default, do"
	default:
		c.Saw = fmt.Sprintf("%s, on ports 443 and 853", text.Count(working/2, "resolver"))
	}
}

func hostOf(r *resolverSeen) string {
	if r.port == portDoT {
		return r.ServerName
	}
	return strings.Split(strings.TrimPrefix(r.URL, "https://"), "/")[0]
}

// best returns the talk with a host that went furthest.
func (h *hostSeen) best() talk {
	if h.around.to.IsValid() && h.around.err == nil {
		return h.around
	}
	return h.direct
}

func (j *judgement) https(c *Check) {
	open, all := 0, 0
	var closed *hostSeen
	for _, h := range j.hosts {
		if h.Port != portHTTPS {
			continue
		}
		all++
		switch t := h.best(); {
		case t.err == nil:
			open++
		case !errors.Is(t.err, errNoAddress):
			closed = h
		}
	}
	switch {
	case closed == nil && open == 0:
		c.unknown("no address of a host of iCloud")
	case closed == nil && open < all:
		c.Saw = fmt.Sprintf("%d of %d hosts of iCloud; no address of the others", open, all)
	case closed == nil:
		c.Saw = fmt.Sprintf("%d of %d hosts of iCloud", open, all)
	default:
		c.fail(fmt.Sprintf("%d of %d hosts of iCloud; %s: %s", open, all, closed.Name, reason(closed.best().err)), "port 443 is blocked",
			"ask who runs the network to allow TCP port 443 to the hosts on https://support.apple.com/101555; if it has an HTTP proxy, try with HTTPS_PROXY set")
	}
}

func (j *judgement) tls(c *Check) {
	good, tried, unsure := 0, 0, 0
	var cut, replaced string
	for _, h := range j.hosts {
		t := h.best()
		if h.Port != portHTTPS || t.err != nil {
			continue
		}
		tried++
		v := judgeChain(t.chain, h.Name, j.pool, j.now)
		switch {
		case t.tls != nil:
			cut = cmp.Or(cut, fmt.Sprintf("%s: no TLS: %s", h.Name, reason(t.tls)))
		case v.problem != "":
			replaced = cmp.Or(replaced, fmt.Sprintf("%s: %s", h.Name, v.problem))
		case v.unsure:
			unsure++
		default:
			good++
		}
	}
	switch {
	case tried == 0:
		c.unknown("no connection to look at")
	case cut != "" && replaced == "":
		c.fail(cut, "HTTPS to iCloud's hosts is cut off", "ask who runs the network to allow the hosts on https://support.apple.com/101555, by name too")
	case replaced != "":
		c.fail(replaced, "HTTPS is intercepted (TLS inspection)",
			"ask who runs the network to exempt the hosts on https://support.apple.com/101555 from inspection: Apple's services refuse it")
	case unsure > 0:
		c.unknown("this system has no roots to verify certificates with")
	default:
		c.Saw = fmt.Sprintf("%s, none replaced", text.Count(good, "certificate"))
	}
}

func (j *judgement) login(c *Check) {
	switch p := j.portal; {
	case errors.Is(p.err, errNoAddress):
		c.unknown("no address of captive.apple.com")
	case p.err != nil:
		c.Status, c.Saw = Note, "port 80 of captive.apple.com: "+reason(p.err)
		c.Help = "devices may take the network for one without internet; allow TCP port 80 to captive.apple.com"
	case p.success:
		c.Saw = "no login page in between, port 80 is open"
	case p.status == http.StatusProxyAuthRequired:
		c.Saw = "a proxy answers (HTTP 407)"
		c.Status = Note
	case p.location != "" || p.status == http.StatusOK || p.status == http.StatusNetworkAuthenticationRequired:
		saw := fmt.Sprintf("another page answers (HTTP %d)", p.status)
		if p.location != "" {
			saw += ", at " + text.Shorten(p.location)
		}
		c.fail(saw, "the network wants a login first (captive portal)", "open any http:// page in a browser, log in, and run this again; devices have to log in too")
	default:
		c.Status, c.Saw = Note, fmt.Sprintf("captive.apple.com answers HTTP %d: a filter may be in between", p.status)
	}
}

// viaProxy finds out whether the network wants a proxy: one answers for others, or only the environment's gets through.
func (j *judgement) viaProxy(c *Check) {
	const cause = "the network wants an HTTP proxy"
	const help = "give devices the proxy: in the Wi-Fi payload, or for supervised devices com.apple.proxy.http.global; or have Apple's hosts exempted from it"
	direct := slices.ContainsFunc(j.hosts, func(h *hostSeen) bool { return h.Port == portHTTPS && h.best().to.IsValid() && h.best().err == nil })
	p := j.proxy
	switch name := text.Shorten(p.name); {
	case p.name == "" && j.portal.status == http.StatusProxyAuthRequired:
		c.fail("captive.apple.com answers HTTP 407: a proxy wants a login", cause, help)
	case p.name == "":
		c.Saw = "none named by the environment, none in between"
	case p.err != nil:
		c.unproven(direct, fmt.Sprintf("%s: %s", name, reason(p.err)), cause, help)
	case p.status == http.StatusProxyAuthRequired:
		c.unproven(direct, name+" wants a login (HTTP 407)", cause, help)
	case p.status != http.StatusOK:
		c.unproven(direct, fmt.Sprintf("%s refuses gateway.icloud.com (HTTP %d)", name, p.status), cause, help)
	case p.talk.tls != nil:
		c.unproven(direct, fmt.Sprintf("%s: no TLS: %s", name, reason(p.talk.tls)), cause, help)
	case judgeChain(p.talk.chain, Hosts()[0].Name, j.pool, j.now).problem != "":
		c.unproven(direct, name+": "+judgeChain(p.talk.chain, Hosts()[0].Name, j.pool, j.now).problem, cause, help)
	case direct:
		c.Saw = name + " works, and so do connections without it"
	default:
		c.fail(name+" works, and connections without it do not", cause, help)
	}
}

// unproven judges a proxy that does not work: a cause only where nothing works without it.
func (c *Check) unproven(direct bool, saw, cause, help string) {
	if direct {
		c.Status, c.Saw = Note, saw+"; connections without it work"
		return
	}
	c.fail(saw, cause, help)
}

func (j *judgement) ipv6(c *Check) {
	unreached := slices.ContainsFunc(j.hosts, func(h *hostSeen) bool { return h.Port == portHTTPS && h.best().err != nil })
	switch {
	case j.has4:
		c.Saw = "this machine has an IPv4 address"
	case !j.has6:
		c.unknown("this machine has no address")
	case j.nat64.err == nil:
		c.Saw = "IPv6 only, with NAT64 for hosts that have IPv4 only"
	case unreached:
		c.fail("IPv6 only, without NAT64: ipv4only.arpa has no IPv6 address", "hosts that have IPv4 only are out of reach", "ask who runs the network for NAT64 with DNS64, or for IPv4")
	default:
		c.Status, c.Saw = Note, "IPv6 only, without NAT64; every host of iCloud was reached all the same"
	}
}

// nothingAnswered reports whether there is no sign of any network.
func (j *judgement) nothingAnswered() bool {
	for _, h := range j.hosts {
		if h.system.err == nil || isNotFound(h.system.err) || h.time.tried && h.time.err == nil {
			return false
		}
	}
	return j.proxy.status == 0 && !slices.ContainsFunc(j.resolvers, func(r *resolverSeen) bool { return r.talk.err == nil })
}

func isNotFound(err error) bool {
	var failed *net.DNSError
	return errors.Is(err, errNoSuchName) || errors.As(err, &failed) && failed.IsNotFound
}

func (j *judgement) names() (all []Name) {
	for _, h := range j.hosts {
		n := Name{Host: h.Host, System: h.system.addresses, Encrypted: h.encrypted.addresses}
		if h.system.err != nil {
			n.Error = j.faultOf(h)
		}
		if t := h.best(); t.to.IsValid() && t.err == nil {
			n.Connected = t.to.String()
			n.Issuer = judgeChain(t.chain, h.Name, j.pool, j.now).issuer
		}
		n.System, n.Encrypted = append([]netip.Addr{}, n.System...), append([]netip.Addr{}, n.Encrypted...)
		all = append(all, n)
	}
	return all
}

func (c *Check) unknown(saw string) { c.Status, c.Saw = Unknown, saw }

func (c *Check) fail(saw, cause, help string) {
	c.Status, c.Saw, c.Cause, c.Help = Failed, saw, cause, help
}

// reason says in a few words why something did not answer.
func reason(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case err == nil:
		return "no answer"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "cut off"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no route"
	}
	return text.Shorten(err.Error())
}
