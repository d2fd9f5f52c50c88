package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func gzipped(t *testing.T, text string) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

const webIndex = `<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; script-src 'self'" />`

func webFiles(t *testing.T) fstest.MapFS {
	return fstest.MapFS{"index.html.gz": gzipped(t, webIndex), "index.html.br": {Data: []byte("brotli")},
		"assets/engine-1.wasm.gz": gzipped(t, "wasm"), "assets/engine-1.wasm.br": {Data: []byte("brotli wasm")}}
}

func TestWebPage(t *testing.T) {
	p, err := newWebPage(webFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, host, accept string
		status                     int
		encoding, kind, body       string
	}{
		{"GET", "/", "127.0.0.1:80", "", 200, "", "text/html; charset=utf-8", webIndex},
		{"GET", "/", "localhost:80", "gzip, deflate, br", 200, "br", "text/html; charset=utf-8", "brotli"},
		{"GET", "/", "[::1]:80", "br;q=0, gzip", 200, "gzip", "text/html; charset=utf-8", ""},
		{"HEAD", "/", "localhost", "br", 200, "br", "text/html; charset=utf-8", ""},
		{"GET", "/assets/engine-1.wasm", "localhost", "", 200, "", "application/wasm", "wasm"},
		{"GET", "/assets/../../etc/passwd", "localhost", "", 404, "", "", ""},
		{"GET", "/index.html.gz", "localhost", "", 404, "", "", ""},
		{"GET", "/nothing", "localhost", "br", 404, "", "", ""},
		{"POST", "/", "localhost", "", 405, "", "", ""},
		{"GET", "/", "rebound.example:80", "", 421, "", "", ""},
	} {
		r := httptest.NewRequest(c.method, "http://x"+c.path, nil)
		r.Host = c.host
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		h := w.Header()
		if w.Code != c.status || h.Get("Content-Encoding") != c.encoding || c.kind != "" && h.Get("Content-Type") != c.kind || c.body != "" && w.Body.String() != c.body {
			t.Errorf("%s %s of %s: %d %q %q %q", c.method, c.path, c.host, w.Code, h.Get("Content-Encoding"), h.Get("Content-Type"), w.Body)
		}
		if policy := h.Get("Content-Security-Policy"); policy != "default-src 'none'; script-src 'self'; frame-ancestors 'none'" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: policy %q", c.path, policy)
		}
	}
}

func TestWebPageIsServed(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	shown, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- WebPage(ctx, webFiles(t), 0, func(format string, args ...any) { shown <- fmt.Sprintf(format, args...) })
	}()
	address := <-shown
	r, err := http.Get(address)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(r, err)
	}
	r.Body.Close()
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := WebPage(t.Context(), nil, 0, nil); err == nil || !strings.Contains(err.Error(), "without the page") {
		t.Errorf("without the page: %v", err)
	}
}
