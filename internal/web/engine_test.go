package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var engine = &Engine{Version: "test", Now: func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }}

// ask calls the engine and decodes its answer.
func ask[R any](t *testing.T, method, params string, files map[string]string) (r R, written map[string][]byte) {
	t.Helper()
	request := Request{Method: method, Params: []byte(params), Files: map[string][]byte{}}
	for name, text := range files {
		request.Files[name] = []byte(text)
	}
	a, err := engine.Call(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(a.Result, &r); err != nil {
		t.Fatal(err)
	}
	return r, a.Files
}

const upsideDown = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>
`

func TestCalls(t *testing.T) {
	if v, _ := ask[string](t, "version", "", nil); v != "test" {
		t.Errorf("version %q", v)
	}
	type linted struct {
		Files []struct {
			File     string
			Findings []struct{ Rule string }
		}
	}
	r, written := ask[linted](t, "lint", `{"targets":["iOS@18"]}`, map[string]string{"a.mobileconfig": upsideDown})
	if len(r.Files) != 1 || r.Files[0].File != "a.mobileconfig" || len(r.Files[0].Findings) == 0 || len(written) != 0 {
		t.Errorf("lint: %+v, wrote %d files", r, len(written))
	}
	if _, written = ask[linted](t, "fix", "", map[string]string{"a.mobileconfig": upsideDown}); written["a.mobileconfig"] == nil {
		t.Error("fix wrote nothing")
	}
}

func TestWrongCalls(t *testing.T) {
	for _, c := range []struct{ method, params, want string }{
		{"nothing", "", "no method"},
		{"lint", "{", "reading the parameters"},
		{"lint", `{"target":[]}`, "unknown field"},
		{"lint", `{"targets":["iOS@99"]}`, "iOS"},
	} {
		_, err := engine.Call(context.Background(), Request{Method: c.method, Params: []byte(c.params), Files: map[string][]byte{"a.mobileconfig": []byte(upsideDown)}})
		if err == nil || !strings.Contains(AsFailure(err).Message, c.want) {
			t.Errorf("%s %s: %v, want %q", c.method, c.params, err, c.want)
		}
	}
}

func TestLanguageServer(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	answers := make(chan string, 10)
	s := engine.Serve(ctx, func(m []byte) { answers <- string(m) })
	s.Receive([]byte(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`))
	if a := <-answers; !strings.Contains(a, `"serverInfo"`) {
		t.Errorf("answer %s", a)
	}
}
