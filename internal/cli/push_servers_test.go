package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// servers are the small servers that scripts push to, each of the documented API of its kind as far as a push goes: those of
// convergences, and these. What holds against a real server is in package e2e.
var servers = map[string]func() http.Handler{
	"devices":   newInventoryServer,
	"intune":    newFakeIntune, // too busy at first
	"old-fleet": newFakeOldFleet,
	"nanomdm":   func() http.Handler { return &fakeNanoMDM{commands: map[string]string{}} },
}

// authority starts what Microsoft's authority is behind, and has the program trust it.
func authority(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: authority")
	}
	a, root := newFakeAuthority()
	s := httptest.NewServer(a)
	ts.Defer(s.Close)
	ts.Setenv("HTTPS_PROXY", s.URL)
	ts.Setenv("SSL_CERT_FILE", ts.MkAbs("authority.pem"))
	ts.Check(os.WriteFile(ts.MkAbs("authority.pem"), root, 0o600))
}

// serve NAME starts a server until the script ends, and puts its address into $SERVER.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve NAME")
	}
	start := servers[args[0]]
	if start == nil {
		start = convergences[args[0]].server
	}
	if start == nil {
		ts.Fatalf("no server %q: add it to convergences in push_converge_test.go", args[0])
	}
	s := httptest.NewServer(start())
	ts.Defer(s.Close)
	ts.Setenv("SERVER", s.URL)
}

// fakeNanoMDM answers as NanoMDM with the storage inmem.
type fakeNanoMDM struct {
	mu       sync.Mutex
	commands map[string]string // by CommandUUID
}

var commandUUID = regexp.MustCompile(`<key>CommandUUID</key>\s*<string>(.*?)</string>`)

func (f *fakeNanoMDM) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, password, _ := r.BasicAuth(); password != "right-key" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "no such key: %s", password) // servers do echo
		return
	}
	if ids, ok := strings.CutPrefix(r.URL.Path, "/v1/push/"); ok {
		var status []string
		for id := range strings.SplitSeq(ids, ",") {
			if id == "GONE" {
				status = append(status, `"GONE": {"push_error": "push data missing for id"}`)
			} else {
				status = append(status, fmt.Sprintf(`"%s": {"push_result": "sent"}`, id))
			}
		}
		fmt.Fprintf(w, `{"status": {%s}}`, strings.Join(status, ", "))
		return
	}
	body, _ := io.ReadAll(r.Body)
	m := commandUUID.FindStringSubmatch(string(body))
	switch {
	case r.Method != http.MethodPut || !strings.HasPrefix(r.URL.Path, "/v1/enqueue/") || m == nil:
		http.NotFound(w, r)
	case f.commands[m[1]] != "":
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"command_error": "command already exists: %s", "command_uuid": "%s", "request_type": "InstallProfile", "no_push": true}`, m[1], m[1])
	default:
		f.commands[m[1]] = string(body)
		fmt.Fprintf(w, `{"command_uuid": "%s", "request_type": "InstallProfile", "no_push": true}`, m[1])
	}
}
