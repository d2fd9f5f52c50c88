package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// fakeKMFDDM answers as KMFDDM.
type fakeKMFDDM struct {
	mu           sync.Mutex
	declarations map[string]string // JSON by Identifier
	links        map[string]bool   // requests that put something into a set, or give a set
}

func newFakeKMFDDM() http.Handler {
	return &fakeKMFDDM{declarations: map[string]string{}, links: map[string]bool{}}
}

func (f *fakeKMFDDM) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	id, isDeclaration := strings.CutPrefix(r.URL.Path, "/v1/declarations/")
	changed := true
	switch {
	case r.Method == http.MethodGet && isDeclaration:
		text, ok := f.declarations[id]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error": "declaration not found"}`)
			return
		}
		fmt.Fprint(w, strings.Replace(text, "{", `{"ServerToken": "made-by-the-server", `, 1))
		return
	case r.Method == http.MethodPut && r.URL.Path == "/v1/declarations":
		var d struct{ Identifier string }
		if err := json.Unmarshal(body, &d); err != nil || strings.Contains(string(body), "refuse-me") {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error": "invalid declaration"}`)
			return
		}
		changed = f.declarations[d.Identifier] != string(body)
		f.declarations[d.Identifier] = string(body)
	case r.Method == http.MethodPut:
		changed = !f.links[r.URL.String()]
		f.links[r.URL.String()] = true
	}
	if changed {
		w.WriteHeader(http.StatusNoContent)
	} else {
		w.WriteHeader(http.StatusNotModified)
	}
}
