package cli_test

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
	"sync"

	"syncguard/internal/deploy/jamf"
	"syncguard/internal/plist"
)

// fakeJamf answers as the Classic API does: https://developer.jamf.com/jamf-pro/reference/osxconfigurationprofiles. What it does
// to a profile stands in push_jamf_store_test.go.
type fakeJamf struct {
	mu     sync.Mutex
	all    map[string][]*jamfProfile // by path
	tokens int
	wrong  int // secrets that were refused; the second one locks the client
	reads  int // of a profile
	writes int
	// withPassword is a password for removal that somebody set there for every profile.
	withPassword bool
}

type jamfProfile struct {
	XMLName xml.Name
	General struct {
		ID       int     `xml:"id"`
		Name     string  `xml:"name"`
		About    *string `xml:"description"`
		Level    string  `xml:"level"`
		Redeploy string  `xml:"redeploy_on_update"`
		UUID     string  `xml:"uuid"`
		Category string  `xml:"category>name,omitempty"`
		Payloads string  `xml:"payloads"`
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
		w.Header().Set("Content-Type", "application/json")
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
				f.reads++
				answer := *p
				answer.General.Payloads = f.given(p.General.Payloads)
				_ = xml.NewEncoder(w).Encode(answer)
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
	err := xml.Unmarshal(body, p)
	if err != nil || p.XMLName.Local != root || p.General.Name == "" || r.Header.Get("Content-Type") != "application/xml" || p.Scope != nil ||
		p.General.Redeploy != "All" && p.General.Redeploy != "Newly Assigned" {
		jamfError(w, http.StatusBadRequest, "Error: a field is missing or wrong")
		return
	}
	devices := map[string]string{"os_x_configuration_profile": jamf.Computers, "configuration_profile": jamf.Mobile}[root]
	stored, err := storeAsJamf(p.General.Payloads, devices)
	switch {
	case err != nil:
		jamfError(w, http.StatusConflict, "Error: Unable to update the database")
		return
	case strings.Contains(p.General.Payloads, "refuse-me"):
		jamfError(w, http.StatusConflict, "Error: Problem with payload refuse-me")
		return
	}
	p.General.Level = levelAsJamf(p.General.Level, devices)
	var old *jamfProfile
	for _, x := range f.all[path] {
		switch {
		case r.Method == http.MethodPost && x.General.Name == p.General.Name:
			jamfError(w, http.StatusConflict, "Error: Duplicate name")
			return
		case r.Method == http.MethodPut && fmt.Sprint(x.General.ID) == id:
			old = x
		}
	}
	switch {
	case r.Method == http.MethodPost:
		p.General.ID = len(f.all[path]) + 1
		p.General.UUID = fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012d", p.General.ID)
		stored.Set("PayloadUUID", plist.NewString(p.General.UUID)).Set("PayloadIdentifier", plist.NewString(p.General.UUID))
		old = &jamfProfile{}
		f.all[path] = append(f.all[path], old)
	case old == nil:
		jamfError(w, http.StatusNotFound, "no such profile")
		return
	case stored.Get("PayloadUUID").Text != old.General.UUID || stored.Get("PayloadIdentifier").Text != old.General.UUID:
		jamfError(w, http.StatusConflict, "Error: it would be a second profile on devices")
		return
	default: // what is not sent stays
		p.General.ID, p.General.UUID = old.General.ID, old.General.UUID
		p.General.Category = cmp.Or(p.General.Category, old.General.Category)
		if p.General.About == nil {
			p.General.About = old.General.About
		}
	}
	stored.Set("PayloadDisplayName", plist.NewString(p.General.Name))
	p.General.Payloads = writeAsJamf(stored)
	f.writes++
	*old = *p
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><%s><id>%d</id></%s>`, root, p.General.ID, root)
}
