package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// fakeIntune answers as Microsoft Graph does about custom configurations:
// https://learn.microsoft.com/graph/api/intune-deviceconfig-macoscustomconfiguration-create and -update. Its list has pages
// of one, and leaves payloads out.
type fakeIntune struct {
	mu   sync.Mutex
	all  []map[string]any
	busy int // it refuses the question of that number
}

func newFakeIntune() http.Handler { return &fakeIntune{busy: 2} }

func graphError(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error": {"code": %q, "message": %q, "innerError": {"request-id": "1"}}}`, code, message)
}

func (f *fakeIntune) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.Header.Get("Authorization") != "Bearer right-token" {
		graphError(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty or "+r.Header.Get("Authorization"))
		return
	}
	_, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id, one := strings.CutPrefix(rest, "deviceManagement/deviceConfigurations/")
	if !one && rest != "deviceManagement/deviceConfigurations" {
		graphError(w, http.StatusBadRequest, "BadRequest", "Resource not found for the segment")
		return
	}
	switch r.Method {
	case http.MethodGet:
		f.get(w, r, id, one)
	case http.MethodPost, http.MethodPatch:
		f.put(w, r, id)
	default:
		graphError(w, http.StatusMethodNotAllowed, "MethodNotAllowed", r.Method)
	}
}

func (f *fakeIntune) get(w http.ResponseWriter, r *http.Request, id string, one bool) {
	if f.busy--; f.busy == 0 {
		w.Header().Set("Retry-After", "0")
		graphError(w, http.StatusTooManyRequests, "TooManyRequests", "Too many requests")
		return
	}
	page := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("$skiptoken"), &page)
	for i, c := range f.all {
		if one && c["id"] == id {
			_ = json.NewEncoder(w).Encode(c)
			return
		}
		if !one && i == page {
			short := map[string]any{}
			for k, v := range c {
				short[k] = v
			}
			delete(short, "payload")
			answer := map[string]any{"value": []any{short}}
			if i+1 < len(f.all) {
				answer["@odata.nextLink"] = fmt.Sprintf("http://%s%s?$skiptoken=%d", r.Host, r.URL.Path, i+1)
			}
			_ = json.NewEncoder(w).Encode(answer)
			return
		}
	}
	if one {
		graphError(w, http.StatusNotFound, "ResourceNotFound", id)
		return
	}
	fmt.Fprint(w, `{"value": []}`)
}

func (f *fakeIntune) put(w http.ResponseWriter, r *http.Request, id string) {
	body, _ := io.ReadAll(r.Body)
	var c map[string]any
	if json.Unmarshal(body, &c) != nil || r.Header.Get("Content-Type") != "application/json" {
		graphError(w, http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload")
		return
	}
	kind, _ := c["@odata.type"].(string)
	payload, err := base64.StdEncoding.DecodeString(fmt.Sprint(c["payload"]))
	name, _ := c["payloadFileName"].(string)
	mac := kind == "#microsoft.graph.macOSCustomConfiguration"
	switch {
	case !mac && kind != "#microsoft.graph.iosCustomConfiguration", c["displayName"] == "", c["displayName"] == nil && r.Method == http.MethodPost, c["payloadName"] == "",
		!strings.HasSuffix(name, ".mobileconfig"), err != nil, !strings.HasPrefix(string(payload), "<?xml"),
		strings.HasPrefix(r.URL.Path, "/v1.0") && c["deploymentChannel"] != nil,
		mac && r.Method == http.MethodPost && c["deploymentChannel"] == nil, r.Method == http.MethodPatch && c["deploymentChannel"] != nil:
		graphError(w, http.StatusBadRequest, "ModelValidationFailure", "a property is wrong: "+string(body))
		return
	case strings.Contains(string(payload), "refuse-me"):
		graphError(w, http.StatusInternalServerError, "InternalServerError", "An internal server error occurred")
		return
	}
	if r.Method == http.MethodPatch {
		for _, old := range f.all {
			if old["id"] == id {
				for k, v := range c {
					old[k] = v
				}
				_ = json.NewEncoder(w).Encode(old)
				return
			}
		}
		graphError(w, http.StatusNotFound, "ResourceNotFound", id)
		return
	}
	c["id"] = fmt.Sprintf("configuration-%d", len(f.all)+1)
	f.all = append(f.all, c)
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(c)
}
