package doctor_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/doctor"
	"syncguard/internal/doctor/doctortest"
)

var resolvers = []doctor.Resolver{
	{Name: "Cloudflare", URL: "https://cloudflare-dns.com/dns-query", ServerName: "one.one.one.one", Addresses: []string{"1.1.1.1", "2606:4700:4700::1111"}},
	{Name: "Google", URL: "https://dns.google/dns-query", ServerName: "dns.google", Addresses: []string{"8.8.8.8", "2001:4860:4860::8888"}},
}

// run checks a played network. Blocked ports fail at once, so the time is for a busy machine only.
func run(t *testing.T, p doctortest.Play, timeout time.Duration) *doctor.Report {
	t.Helper()
	n, stop := doctortest.Start(p)
	defer stop()
	r, err := doctor.Run(t.Context(), n, doctor.Options{Resolvers: resolvers, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each played fault is named, and no other; a healthy network has none.
func TestFaults(t *testing.T) {
	tests := map[string]struct {
		failed  string // the checks that fail, in their order
		unknown string
		notes   string
		saw     string // of the first failed, note or unknown
	}{
		"healthy":               {},
		"clock":                 {failed: "clock", saw: "10 min 0 s slow"},
		"clock-without-ntp":     {failed: "clock time-servers", saw: "3 h 0 min fast, by captive.apple.com"},
		"resolver-silent":       {failed: "dns", saw: "gives no answer for gateway.icloud.com (and 9 more names); 1.1.1.1 (encrypted) gives Apple's"},
		"resolver-zero":         {failed: "dns", saw: "answers 0.0.0.0 for gateway.icloud.com: a filter (and 1 more name)"},
		"resolver-page":         {failed: "dns", saw: "answers 192.168.1.1 for gateway.icloud.com, which is not Apple's server"},
		"resolver-nxdomain":     {failed: "dns", saw: "says that gateway.icloud.com does not exist"},
		"encrypted-dns":         {failed: "encrypted-dns", saw: "1.1.1.1 and 8.8.8.8, port 443: no answer"},
		"port-853":              {notes: "encrypted-dns", saw: "1.1.1.1 and 8.8.8.8, port 853: no answer"},
		"port-80":               {notes: "portal", saw: "port 80 of captive.apple.com: no answer"},
		"udp-123":               {failed: "time-servers", saw: "no answer"},
		"port-443":              {failed: "https", unknown: "encrypted-dns tls", saw: "1.1.1.1 and 8.8.8.8, port 443"},
		"login-redirect":        {failed: "portal", unknown: "clock time-servers encrypted-dns https tls", saw: "no server gives the time"},
		"login-page":            {failed: "portal", unknown: "clock time-servers encrypted-dns https tls", saw: "no server gives the time"},
		"interceptor":           {failed: "tls", unknown: "encrypted-dns", saw: `issued by "Zscaler Test CA"`},
		"interceptor-trusted":   {failed: "tls", saw: `issued by "Netskope Test CA", not by Apple`},
		"proxy-407":             {failed: "proxy", unknown: "clock time-servers encrypted-dns https tls", notes: "portal", saw: "no server gives the time"},
		"proxy-environment":     {failed: "proxy", unknown: "clock time-servers encrypted-dns https tls", notes: "portal", saw: "no server gives the time"},
		"proxy-environment-407": {failed: "proxy", unknown: "clock time-servers encrypted-dns https tls", notes: "portal", saw: "no server gives the time"},
		"proxy-not-needed":      {},
		"ipv6-without-nat64":    {failed: "ipv6", unknown: "clock time-servers https tls", notes: "portal", saw: "no server gives the time"},
		"ipv6-with-nat64":       {},
		"offline":               {unknown: "clock time-servers dns encrypted-dns https tls portal", saw: "no server gives the time"},
		"hostile":               {failed: "tls", unknown: "encrypted-dns", saw: "issued by"},
	}
	for name, play := range doctortest.Plays() {
		want, ok := tests[name]
		if !ok {
			t.Errorf("no test of %s", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, play, time.Minute)
			with := func(s doctor.Status) string {
				var ids []string
				for _, c := range r.Checks {
					if c.Status == s {
						ids = append(ids, c.ID)
					}
				}
				return strings.Join(ids, " ")
			}
			if with(doctor.Failed) != want.failed || with(doctor.Unknown) != want.unknown || with(doctor.Note) != want.notes {
				t.Errorf("failed %q, unknown %q, notes %q; want %q, %q, %q\n%+v", with(doctor.Failed), with(doctor.Unknown), with(doctor.Note), want.failed, want.unknown, want.notes, r.Checks)
			}
			if n := len(strings.Fields(want.failed)); len(r.Causes) != n {
				t.Errorf("causes %q, want %d", r.Causes, n)
			}
			for _, c := range r.Checks {
				if c.Tried == "" || c.Saw == "" || c.Status == doctor.Failed && (c.Cause == "" || c.Help == "") {
					t.Errorf("incomplete: %+v", c)
				}
				if len(c.Saw) > 1000 || strings.Contains(c.Saw, "hunter22") {
					t.Errorf("saw %q", c.Saw)
				}
			}
			if i := slices.IndexFunc(r.Checks, func(c doctor.Check) bool { return c.Status != doctor.OK }); i >= 0 && !strings.Contains(r.Checks[i].Saw, want.saw) {
				t.Errorf("saw %q, want %q", r.Checks[i].Saw, want.saw)
			}
		})
	}
}

// The end of the context ends the check, whatever it waits for.
func TestEnds(t *testing.T) {
	n, stop := doctortest.Start(doctortest.Play{})
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	n.Dial = hangs(cancel)
	if _, err := doctor.Run(ctx, n, doctor.Options{Resolvers: resolvers, Timeout: time.Hour}); err == nil {
		t.Error("no error")
	}
}

func TestHostsHaveSources(t *testing.T) {
	ports := map[int]int{}
	for _, h := range doctor.Hosts() {
		ports[h.Port]++
		if h.For == "" || h.Source == "" || h.Evidence != "apple" && h.Evidence != "community" {
			t.Errorf("%+v", h)
		}
	}
	if ports[443] == 0 || ports[80] != 1 || ports[123] == 0 || len(ports) != 3 {
		t.Errorf("ports %v", ports)
	}
}
