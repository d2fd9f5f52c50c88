package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// fakeAppleBusiness answers as Apple Business does about configurations:
// https://developer.apple.com/documentation/applebusinessapi/create-a-configuration, and as its token server. Its list has
// pages of one, and leaves profiles out.
type fakeAppleBusiness struct {
	mu     sync.Mutex
	all    []map[string]any // attributes, with the id
	tokens int
}

func newFakeAppleBusiness() http.Handler { return &fakeAppleBusiness{} }

func appleError(w http.ResponseWriter, status int, code, title, detail string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors": [{"id": "1", "status": "%d", "code": %q, "title": %q, "detail": %q}]}`, status, code, title, detail)
}

func (f *fakeAppleBusiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/auth/oauth2/token" {
		f.token(w, r)
		return
	}
	if token := r.Header.Get("Authorization"); token != "Bearer right-token" && token != fmt.Sprintf("Bearer token-%d", f.tokens) {
		appleError(w, http.StatusUnauthorized, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.", token)
		return
	}
	id, one := strings.CutPrefix(r.URL.Path, "/v1/configurations/")
	switch {
	case !one && r.URL.Path != "/v1/configurations":
		appleError(w, http.StatusNotFound, "NOT_FOUND", "The specified resource does not exist", r.URL.Path)
	case r.Method == http.MethodGet:
		f.get(w, r, id, one)
	case r.Method == http.MethodPost && !one, r.Method == http.MethodPatch && one:
		f.put(w, r, id)
	default:
		appleError(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "", "")
	}
}

// token checks the client assertion.
func (f *fakeAppleBusiness) token(w http.ResponseWriter, r *http.Request) {
	claims := jwt.RegisteredClaims{}
	parsed, _, err := jwt.NewParser().ParseUnverified(r.PostFormValue("client_assertion"), &claims)
	if err != nil || r.Method != http.MethodPost || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "business.api" ||
		r.PostFormValue("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" ||
		parsed.Method.Alg() != "ES256" || parsed.Header["kid"] != "key-1" || claims.Subject != "BUSINESSAPI.1" || claims.Issuer != "BUSINESSAPI.1" ||
		claims.ExpiresAt == nil || claims.ID == "" || r.PostFormValue("client_id") != "BUSINESSAPI.1" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error": "invalid_client"}`)
		return
	}
	f.tokens++
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token": "token-%d", "token_type": "Bearer", "expires_in": 3600, "scope": "business.api"}`, f.tokens)
}

func (f *fakeAppleBusiness) resource(c map[string]any, whole bool) map[string]any {
	attributes := map[string]any{}
	for k, v := range c {
		if k != "id" {
			attributes[k] = v
		}
	}
	if !whole {
		attributes["customSettingsValues"] = nil
	}
	return map[string]any{"type": "configurations", "id": c["id"], "attributes": attributes}
}

func (f *fakeAppleBusiness) get(w http.ResponseWriter, r *http.Request, id string, one bool) {
	page := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("cursor"), &page)
	for i, c := range f.all {
		if one && c["id"] == id {
			_ = json.NewEncoder(w).Encode(map[string]any{"data": f.resource(c, true)})
			return
		}
		if !one && i == page {
			links := map[string]any{}
			if i+1 < len(f.all) {
				links["next"] = fmt.Sprintf("http://%s/v1/configurations?cursor=%d", r.Host, i+1)
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"data": []any{f.resource(c, false)}, "links": links})
			return
		}
	}
	if one {
		appleError(w, http.StatusNotFound, "NOT_FOUND", "The specified resource does not exist", id)
		return
	}
	fmt.Fprint(w, `{"data": [], "links": {}}`)
}

func (f *fakeAppleBusiness) put(w http.ResponseWriter, r *http.Request, id string) {
	body, _ := io.ReadAll(r.Body)
	var request struct {
		Data struct {
			Type, ID   string
			Attributes map[string]any
		}
	}
	_ = json.Unmarshal(body, &request)
	c := request.Data.Attributes
	values, _ := c["customSettingsValues"].(map[string]any)
	profile, _ := values["configurationProfile"].(string)
	name, _ := values["filename"].(string)
	update := r.Method == http.MethodPatch
	switch {
	case request.Data.Type != "configurations", c["name"] == nil, !strings.HasPrefix(profile, "<?xml"), !strings.HasSuffix(name, ".mobileconfig"),
		!update && c["type"] != "CUSTOM_SETTING", update && request.Data.ID != id, r.Header.Get("Content-Type") != "application/json":
		appleError(w, http.StatusBadRequest, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value", string(body))
		return
	case strings.Contains(profile, "refuse-me"):
		appleError(w, http.StatusConflict, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The configuration profile is not valid", "PayloadContent[0]: refuse-me")
		return
	}
	for _, old := range f.all {
		if update && old["id"] == id {
			for k, v := range c {
				old[k] = v
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"data": f.resource(old, true)})
			return
		}
	}
	c["id"] = fmt.Sprintf("config-%d", len(f.all)+1)
	f.all = append(f.all, c)
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{"data": f.resource(c, true)})
}
