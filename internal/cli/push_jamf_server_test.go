package cli_test

import (
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// fakeJamf answers as the Classic API does: https://developer.jamf.com/jamf-pro/reference/osxconfigurationprofiles. Like
// the server it takes another PayloadIdentifier and PayloadUUID for a new profile, and changes the order of keys.
type fakeJamf struct {
	mu     sync.Mutex
	all    map[string][]*jamfProfile // by path
	tokens int
	wrong  int // secrets that were refused; the second one locks the client
}

type jamfProfile struct {
	XMLName xml.Name
	General struct {
		ID       int    `xml:"id"`
		Name     string `xml:"name"`
		Level    string `xml:"level"`
		Redeploy string `xml:"redeploy_on_update"`
		UUID     string `xml:"uuid"`
		Category string `xml:"category>name,omitempty"`
		Payloads string `xml:"payloads"`
	} `xml:"general"`
	Scope *struct{} `xml:"scope"`
}

func newFakeJamf() http.Handler { return &fakeJamf{all: map[string][]*jamfProfile{}} }

func jamfError(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<html>\n<head><title>Status page</title></head>\n<body><p>%s</p>\n<p>%s</p>\n<p>You can get technical details <a href=\"x\">here</a>.</p></body></html>", http.StatusText(status), text)
}

func (f *fakeJamf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.URL.Path == "/api/v1/oauth/token" {
		if r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("client_id") != "client" || r.PostFormValue("client_secret") != "right-secret" {
			f.wrong++
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error": "invalid_client", "error_description": "refused %d time(s)"}`, f.wrong)
			return
		}
		f.tokens++
		http.SetCookie(w, &http.Cookie{Name: "APBALANCEID", Value: "node-1", Path: "/"})
		fmt.Fprintf(w, `{"access_token": "token-%d", "scope": "", "token_type": "Bearer", "expires_in": 59}`, f.tokens)
		return
	}
	if r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-%d", f.tokens) {
		jamfError(w, http.StatusUnauthorized, "The request requires user authentication")
		return
	}
	if _, err := r.Cookie("APBALANCEID"); f.tokens > 0 && err != nil { // another node of the cluster knows nothing of what was just written
		jamfError(w, http.StatusConflict, "Error: another node")
		return
	}
	path, id, one := strings.Cut(r.URL.Path, "/id/")
	roots := map[string]string{"/JSSResource/osxconfigurationprofiles": "os_x_configuration_profile", "/JSSResource/mobiledeviceconfigurationprofiles": "configuration_profile"}
	root := roots[path]
	switch {
	case root == "":
		jamfError(w, http.StatusNotFound, "The server has not found anything matching the request URI")
	case r.Method == http.MethodGet && !one:
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><%ss><size>%d</size>`, root, len(f.all[path]))
		for _, p := range f.all[path] {
			fmt.Fprintf(w, "<%s><id>%d</id><name>%s</name></%s>", root, p.General.ID, html.EscapeString(p.General.Name), root)
		}
		fmt.Fprintf(w, "</%ss>", root)
	case r.Method == http.MethodGet:
		for _, p := range f.all[path] {
			if fmt.Sprint(p.General.ID) == id {
				_ = xml.NewEncoder(w).Encode(p)
				return
			}
		}
		jamfError(w, http.StatusNotFound, "no such profile")
	case r.Method == http.MethodPost && id == "0", r.Method == http.MethodPut && one:
		f.put(w, r, path, root, id)
	default:
		jamfError(w, http.StatusMethodNotAllowed, r.Method)
	}
}

func (f *fakeJamf) put(w http.ResponseWriter, r *http.Request, path, root, id string) {
	body, _ := io.ReadAll(r.Body)
	p := &jamfProfile{}
	levels := map[string][]string{"os_x_configuration_profile": {"System", "User"}, "configuration_profile": {"Device Level", "User Level"}}[root]
	err := xml.Unmarshal(body, p)
	doc, found := plist.Read(diag.NewFile("payloads", []byte(p.General.Payloads)))
	switch {
	case err != nil, p.XMLName.Local != root, p.General.Name == "", r.Header.Get("Content-Type") != "application/xml", p.Scope != nil,
		p.General.Redeploy != "All" && p.General.Redeploy != "Newly Assigned", p.General.Level != levels[0] && p.General.Level != levels[1]:
		jamfError(w, http.StatusBadRequest, "Error: a field is missing or wrong")
		return
	case doc == nil || len(found) > 0, strings.Contains(p.General.Payloads, "> <"), strings.Contains(p.General.Payloads, "&#34;"):
		jamfError(w, http.StatusConflict, "Error: Unable to read the payload")
		return
	case strings.Contains(p.General.Payloads, "refuse-me"):
		jamfError(w, http.StatusConflict, "Error: Problem with payload refuse-me")
		return
	}

	if r.Method == http.MethodPost {
		for _, old := range f.all[path] {
			if old.General.Name == p.General.Name {
				jamfError(w, http.StatusConflict, "Error: Duplicate name")
				return
			}
		}
		p.General.ID = len(f.all[path]) + 1
		p.General.UUID = fmt.Sprintf("AAAAAAAA-0000-4000-8000-%012d", p.General.ID)
		doc.Root.Set("PayloadUUID", plist.NewString(p.General.UUID)).Set("PayloadIdentifier", plist.NewString(p.General.UUID))
		f.all[path] = append(f.all[path], p)
	} else {
		for _, old := range f.all[path] {
			if fmt.Sprint(old.General.ID) != id {
				continue
			}
			if doc.Root.Get("PayloadUUID").Text != old.General.UUID || doc.Root.Get("PayloadIdentifier").Text != old.General.UUID {
				jamfError(w, http.StatusConflict, "Error: it would be a second profile on devices")
				return
			}
			p.General.ID, p.General.UUID = old.General.ID, old.General.UUID
			*old = *p
			p = old
		}
	}
	doc.Root.Set("", plist.NewString(""))
	text, _ := plist.Write(doc.Root)
	p.General.Payloads = string(text)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><%s><id>%d</id></%s>`, root, p.General.ID, root)
}
