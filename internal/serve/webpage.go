package serve

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"syncguard/internal/diag"
)

// WebPage serves the page that runs in browsers on this machine, until the context ends. files holds each of its files compressed
// twice, NAME.br and NAME.gz; nil is a program built without the page. show gets the address.
func WebPage(ctx context.Context, files fs.FS, port int, show func(format string, args ...any)) error {
	if files == nil {
		return diag.WithHint(errors.New("this program was built without the page"), "build it with the page: make web (needs Node)")
	}
	handler, err := newWebPage(files)
	if err != nil {
		return err
	}
	listener, err := Listen(net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	defer listener.Close()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: discardLog()}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(newVisitors(listener, maxPerAddress, maxConnections)) }()
	show("http://%s/", listener.Addr())
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		return server.Close()
	}
	return nil
}

// webPage answers requests for the files of the page.
type webPage struct {
	files  fs.FS
	policy string
}

var policyTag = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`http-equiv="Content-Security-Policy"\s+content="([^"]+)"`)
})

// newWebPage takes the policy from the page itself, and adds what a page cannot say.
func newWebPage(files fs.FS) (*webPage, error) {
	f, err := files.Open("index.html.gz")
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	defer f.Close()
	text, err := gunzip(f)
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	found := policyTag().FindSubmatch(text)
	if found == nil {
		return nil, errors.New("reading the page: it has no policy")
	}
	return &webPage{files, string(found[1]) + "; frame-ancestors 'none'"}, nil
}

func gunzip(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// webTypes are the media types of the page's files, whatever the system says.
var webTypes = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".wasm": "application/wasm", ".mobileconfig": ContentType, ".json": "application/json", ".svg": "image/svg+xml"}

func (p *webPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "this is a page to read", http.StatusMethodNotAllowed)
		return
	}
	if !isThisMachine(r.Host) {
		http.Error(w, "this page is for this machine only", http.StatusMisdirectedRequest)
		return
	}
	name := cmp.Or(strings.TrimPrefix(path.Clean(r.URL.Path), "/"), "index.html")
	if !fs.ValidPath(name) {
		http.NotFound(w, r)
		return
	}
	encoding, data, err := p.read(name, r.Header.Get("Accept-Encoding"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", cmp.Or(webTypes[path.Ext(name)], mime.TypeByExtension(path.Ext(name)), "application/octet-stream"))
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") { // their names hold a hash
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(data) // the visitor may be gone
	}
}

// read returns a file in the best encoding that the browser takes, or plain.
func (p *webPage) read(name, accepted string) (encoding string, data []byte, err error) {
	for _, e := range []struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if accepts(accepted, e.name) {
			data, err = fs.ReadFile(p.files, name+e.ending)
			return e.name, data, err
		}
	}
	f, err := p.files.Open(name + ".gz")
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	data, err = gunzip(f)
	return "", data, err
}

// accepts reports whether a list of encodings has one, and does not refuse it.
func accepts(list, encoding string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(one string) bool {
		name, quality, _ := strings.Cut(strings.TrimSpace(one), ";")
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(quality), "q="), 64)
		return strings.EqualFold(strings.TrimSpace(name), encoding) && (quality == "" || err == nil && q > 0)
	})
}

// isThisMachine reports whether a request names this machine: a page elsewhere can point its name here, and must not be this page.
func isThisMachine(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}
