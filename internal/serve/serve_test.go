package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/intent"
	"syncguard/internal/summary"
	"syncguard/internal/target"
)

const host = "mac.local:8443"

var items = []app.Offered{
	{Name: `Corp </title><script>alert(1)</script>`, File: "corp.mobileconfig", Data: []byte("first"), Devices: []string{"Mac"}, Description: "<b>fast</b>",
		Effects: []app.OfferedEffect{
			{Type: "com.apple.wifi.managed", Sentences: []summary.Sentence{{ID: "does.wifi", Values: []string{"name", "<b>Office</b>"}}}, Idle: 2},
			{Type: "<b>nothing</b>"}},
		Left:  []app.OfferedIntent{{Intent: intent.DateTime, First: true, Steps: []app.OfferedStep{{Setting: intent.Setting{Path: []string{"System Settings", "General"}, Value: "on"}}}}},
		Trust: app.TrustVerified, Signer: "<i>"},
	{Name: "Other", File: "other.mobileconfig", Data: bytes.Repeat([]byte("x"), 300_000), Devices: []string{"iPhone", "iPad"}, Trust: app.TrustExpired, Locked: true,
		Left: []app.OfferedIntent{{Intent: intent.Storage, Steps: []app.OfferedStep{
			{Setting: intent.Setting{Path: []string{"Settings", "Battery", "Low Power Mode"}, Value: "off"}, Where: app.OfferedRange{Devices: []string{"iPad"}, From: target.Version{Major: 27}}}}}}},
}

func testServer(t testing.TB, change func(*Options)) *Server {
	t.Helper()
	o := Options{Offer: &app.Offer{Items: items}, Hosts: []string{host}, Now: time.Now, Log: func(Entry) {}}
	if change != nil {
		change(&o)
	}
	s, err := newServer("https://"+host, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask makes a request with its path as it is.
func ask(s *Server, method, name, path string) *http.Response {
	r := httptest.NewRequest(method, "http://x/", nil)
	r.Host, r.RequestURI = name, path
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func TestAnswers(t *testing.T) {
	s := testServer(t, nil)
	page, other := s.Path(), testServer(t, nil).Path()
	for _, c := range []struct {
		method, host, path string
		status             int
	}{
		{"GET", host, page, 200},
		{"HEAD", host, page, 200},
		{"GET", "MAC.LOCAL:8443", page, 200},
		{"GET", host, page + "corp.mobileconfig", 200},
		{"HEAD", host, page + "corp.mobileconfig", 200},
		{"GET", "evil.example", page, 421},
		{"GET", "mac.local", page, 421},
		{"GET", "", page, 421},
		{"POST", host, page, 405},
		{"PUT", host, page + "corp.mobileconfig", 405},
		{"OPTIONS", host, page, 405},
		{"GET", host, "/", 404},
		{"GET", host, other, 404},
		{"GET", host, strings.TrimSuffix(page, "/"), 404},
		{"GET", host, strings.ToLower(page), 404},
		{"GET", host, page + "absent.mobileconfig", 404},
		{"GET", host, page + "../corp.mobileconfig", 404},
		{"GET", host, page + "..%2fcorp.mobileconfig", 404},
		{"GET", host, page + "%63orp.mobileconfig", 404},
		{"GET", host, "/" + page + "corp.mobileconfig", 404},
		{"GET", host, page + "corp.mobileconfig?x", 404},
		{"GET", host, page + "./corp.mobileconfig", 404},
		{"GET", host, page + "CORP.mobileconfig", 404},
		{"GET", host, page + "?de", 200},
		{"GET", host, page + "?DE", 404},
		{"GET", host, page + "?", 404},
		{"GET", host, page + "?de&x", 404},
		{"GET", host, "/?de", 404},
		{"GET", host, "http://" + host + page, 404},
	} {
		answer := ask(s, c.method, c.host, c.path)
		if answer.StatusCode != c.status {
			t.Errorf("%s %s at %q: %d, want %d", c.method, c.path, c.host, answer.StatusCode, c.status)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q", c.method, c.path, name, got)
			}
		}
		if !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s has no policy", c.method, c.path)
		}
	}
	answer := ask(s, "GET", host, page+"corp.mobileconfig")
	body, _ := io.ReadAll(answer.Body)
	if string(body) != "first" || answer.Header.Get("Content-Type") != ContentType || answer.Header.Get("Content-Disposition") != `inline; filename="corp.mobileconfig"` {
		t.Errorf("the profile is %q with %v", body, answer.Header)
	}
	html, _ := io.ReadAll(ask(s, "GET", host, page).Body)
	if bytes.Contains(html, []byte("<script")) || bytes.Contains(html, []byte("<b>")) || !bytes.Contains(html, []byte("“<bdi>&lt;b&gt;Office&lt;/b&gt;</bdi>”")) {
		t.Errorf("what a profile says is markup in the page:\n%s", html)
	}
}

// The page is in the language that the browser asks for, or that somebody chose.
func TestLanguages(t *testing.T) {
	s := testServer(t, nil)
	for _, c := range []struct{ accept, query, want string }{
		{"", "", "en"},
		{"de-AT,de;q=0.9,en;q=0.8", "", "de"},
		{"sv, fr-CA;q=0.5", "", "fr"},
		{"es-419", "", "es"},
		{"pt-BR", "", "pt-BR"},
		{"pt-PT", "", "pt-BR"},
		{"zh-CN", "", "zh-Hans"},
		{"ja", "?fr", "fr"},
		{"tlh", "", "en"},
		{"no such; header;;q=x" + strings.Repeat(",-", 5000), "", "en"},
	} {
		r := httptest.NewRequest("GET", "http://x/", nil)
		r.Host, r.RequestURI = host, s.Path()+c.query
		r.Header.Set("Accept-Language", c.accept)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Language"); got != c.want || !strings.Contains(w.Body.String(), `<html lang="`+c.want+`" dir="ltr">`) {
			t.Errorf("%.40q %s: %s, want %s", c.accept, c.query, got, c.want)
		}
	}
}

// Every text of every page is there.
func TestPagesHaveTheirTexts(t *testing.T) {
	s := testServer(t, func(o *Options) {
		o.Limit = 1
		o.Offer = &app.Offer{Items: slices.Clone(items), Withheld: []app.Withheld{{Name: "M"}, {Name: "T", Devices: []string{"Apple TV"}}}}
		for _, trust := range []app.DeviceTrust{app.TrustUnverified, app.TrustApple, app.TrustUnsigned} {
			o.Offer.Items = append(o.Offer.Items, app.Offered{Name: "X", File: string(trust), Effects: []app.OfferedEffect{{Type: "B", Idle: 1}}, Trust: trust})
		}
	})
	for language, p := range s.pages {
		html := string(p.html)
		for _, wrong := range []string{"{", "<li></li>", "<strong></strong>", "<h2></h2>", "<summary></summary>", `label=""`, "<p></p>", "<legend></legend>", "</strong> </p>"} {
			if strings.Contains(strings.ReplaceAll(html, embeddedStyle(), ""), wrong) {
				t.Errorf("%s holds %q", language, wrong)
			}
		}
	}
}

// No QR code leads where no phone can go, and none to a Mac's profile.
func TestQRCode(t *testing.T) {
	for _, c := range []struct {
		address string
		item    app.Offered
		want    bool
	}{
		{"https://" + host, items[0], false},
		{"https://" + host, items[1], true},
		{"http://127.0.0.1:8080", items[1], false},
		{"http://0.0.0.0:8080", items[1], false},
	} {
		s, err := newServer(c.address, Options{Offer: &app.Offer{Items: []app.Offered{c.item}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(s.pages["?en"].html), "<svg"); got != c.want {
			t.Errorf("%s, for %v: %t", c.address, c.item.Devices, got)
		}
	}
}

func TestTokensDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p := testServer(t, nil).Path()
		if seen[p] || len(p) != 24 {
			t.Fatalf("token %s", p)
		}
		seen[p] = true
	}
}

func TestLimitCountsCompleteDownloads(t *testing.T) {
	s := testServer(t, func(o *Options) { o.Limit = 2 })
	path := s.Path() + "corp.mobileconfig"
	ask(s, "HEAD", host, path)
	r := httptest.NewRequest("GET", "http://x/", nil)
	r.Host, r.RequestURI = host, path
	s.ServeHTTP(broken{httptest.NewRecorder()}, r)
	for i, want := range []int{200, 200, 410, 410} {
		if got := ask(s, "GET", host, path).StatusCode; got != want {
			t.Errorf("download %d: %d, want %d", i, got, want)
		}
	}
	select {
	case <-s.exhausted:
	default:
		t.Error("it is not over")
	}
	if s.Downloads() != 2 {
		t.Errorf("%d downloads", s.Downloads())
	}
}

// broken is a connection that breaks off.
type broken struct{ http.ResponseWriter }

func (broken) Write([]byte) (int, error) { return 1, net.ErrClosed }

func TestExpires(t *testing.T) {
	now := time.Unix(1000, 0)
	s := testServer(t, func(o *Options) { o.Expires = now.Add(time.Minute); o.Now = func() time.Time { return now } })
	path := s.Path() + "corp.mobileconfig"
	if got := ask(s, "GET", host, path).StatusCode; got != 200 {
		t.Errorf("before: %d", got)
	}
	now = now.Add(time.Minute)
	for _, p := range []string{path, s.Path()} {
		if got := ask(s, "GET", host, p).StatusCode; got != 410 {
			t.Errorf("after: %d", got)
		}
	}
	if got := ask(s, "GET", host, "/x/").StatusCode; got != 404 {
		t.Errorf("another token after: %d", got)
	}
}

// Whatever is asked, only the two profiles and the page are ever given.
func TestHostileRequests(t *testing.T) {
	s := testServer(t, nil)
	random := rand.New(rand.NewPCG(1, 2))
	good := map[string]bool{s.Path(): true, s.Path() + "corp.mobileconfig": true, s.Path() + "other.mobileconfig": true}
	parts := []string{s.Path(), "/", "..", "%2e%2e", "%2f", "\\", "corp.mobileconfig", "\x00", "?", "#", ";", "//", "etc/passwd", "é", strings.Repeat("a", 5000), s.Path()[1:]}
	for range 10_000 {
		path := "/"
		if random.IntN(2) == 0 {
			path = s.Path()
		}
		for range random.IntN(4) {
			path += parts[random.IntN(len(parts))]
		}
		method := []string{"GET", "HEAD", "POST", "get", "TRACE", "\x01"}[random.IntN(6)]
		name := []string{host, "evil", host + ".evil", ""}[random.IntN(4)]
		r := &http.Request{Method: method, Host: name, RequestURI: path, Header: http.Header{"Range": {"bytes=0-1"}}, RemoteAddr: "?"}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code == 200 && (!good[path] || name != host || method != "GET" && method != "HEAD") {
			t.Fatalf("%q %q at %q is answered", method, path, name)
		}
	}
}

// start runs a server on loopback, and returns its address.
func start(t testing.TB, change func(*Options)) (s *Server, address string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = testServer(t, func(o *Options) {
		o.Hosts = []string{listener.Addr().String()}
		if change != nil {
			change(o)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, fromOutside{listener}) }()
	return s, "http://" + listener.Addr().String(), func() error { cancel(); return <-ended }
}

func TestThousandAtOnceBesideClientsThatTakeNothing(t *testing.T) {
	s, address, stop := start(t, nil)
	for range 200 { // which open a connection and say half a word
		c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "GET %sother.mobileconfig HTTP/1.1\r\nHost: ", s.Path())
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}, Timeout: time.Minute}
	var failed atomic.Int64
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			answer, err := client.Get(address + s.Path() + "other.mobileconfig")
			if err != nil {
				failed.Add(1)
				return
			}
			defer answer.Body.Close()
			if body, err := io.ReadAll(answer.Body); err != nil || !bytes.Equal(body, items[1].Data) {
				failed.Add(1)
			}
		})
	}
	all.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d of 1000 downloads failed", n)
	}
	client.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if s.Downloads() != 1000 {
		t.Errorf("%d were counted", s.Downloads())
	}
}

// What is downloaded one after another takes no memory that stays.
func TestMemoryStaysFlat(t *testing.T) {
	s, address, stop := start(t, nil)
	defer func() { _ = stop() }()
	client := &http.Client{}
	download := func(n int) uint64 {
		for range n {
			answer, err := client.Get(address + s.Path() + "corp.mobileconfig")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := download(500)
	if after := download(5000); after > before+2<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
}

func TestRunEndsWithTheLastDownload(t *testing.T) {
	s, address, stop := start(t, func(o *Options) { o.Limit = 1 })
	get := func() *http.Response {
		t.Helper()
		answer, err := http.Get(address + s.Path() + "corp.mobileconfig")
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	first := get()
	if again := get(); again.StatusCode != http.StatusServiceUnavailable || again.Header.Get("Retry-After") == "" {
		t.Errorf("while the last download is under way: %s", again.Status)
	}
	_, _ = io.Copy(io.Discard, first.Body)
	first.Body.Close()
	for s.Downloads() == 0 {
		time.Sleep(time.Millisecond)
	}
	if again := get(); again.StatusCode != http.StatusGone {
		t.Errorf("after the last download: %s", again.Status)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// fromOutside is a listener that shows visitors from 127.0.0.2 and on as visitors from other machines.
type fromOutside struct{ net.Listener }

type outsider struct{ *net.TCPConn }

func (o outsider) RemoteAddr() net.Addr {
	at := *o.TCPConn.RemoteAddr().(*net.TCPAddr)
	if last := at.IP.To4()[3]; last > 1 {
		at.IP = net.IPv4(192, 0, 2, last)
	}
	return &at
}

func (l fromOutside) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return outsider{c.(*net.TCPConn)}, nil
}

// One visitor with 2,000 connections that say nothing does not keep others out.
func TestAnIdleCrowdKeepsNobodyOut(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have one loopback address")
	}
	s, address, stop := start(t, nil)
	crowd := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	for range 2000 {
		c, err := crowd.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	others := &http.Client{Timeout: headerTimeout / 2} // the crowd still has all its connections
	for range 20 {
		answer, err := others.Get(address + s.Path() + "corp.mobileconfig")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if s.Downloads() != 20 {
		t.Errorf("%d were counted", s.Downloads())
	}
}
