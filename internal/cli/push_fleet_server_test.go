package cli_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	howett "howett.net/plist"
)

// fakeFleet answers as Fleet does about the profiles of a team: https://fleetdm.com/docs/rest-api/rest-api#os-settings. Its list has
// pages of one. The shape of a refusal is that of server/service/transport_error.go in github.com/fleetdm/fleet, and what it refuses
// is what server/mdm/apple/mobileconfig, server/variables and server/service/apple_mdm.go there refuse: text that does not begin
// with <?xml or that howett.net/plist does not read, variables outside of strings but for one kind, unknown ones, another
// PayloadScope for a PayloadIdentifier in any team (issue 34962). Labels are replaced at each request (pull 49141).
type fakeFleet struct {
	mu  sync.Mutex
	all []*fleetProfile
	old bool // it cannot replace a profile
}

type fleetProfile struct {
	uuid, team, name, identifier string
	scope                        string
	labels                       map[string][]string
	content                      []byte
}

var (
	fleetVariable     = regexp.MustCompile(`\$\{?FLEET_VAR_(\w+)\}?`)
	fleetVariableData = regexp.MustCompile(`\$\{?FLEET_VAR_DIGICERT_DATA_\w+\}?`)
)

// read takes the names of a profile from its content, and returns the reason for which it is refused.
func (p *fleetProfile) read() (reason string) {
	if !bytes.HasPrefix(bytes.TrimSpace(p.content), []byte("<?xml")) {
		return "mobileconfig is not XML nor PKCS7 parseable"
	}
	var root struct{ PayloadDisplayName, PayloadIdentifier, PayloadScope, PayloadType string }
	if _, err := howett.Unmarshal(fleetVariableData.ReplaceAll(p.content, nil), &root); err != nil || root.PayloadType != "Configuration" {
		return fmt.Sprintf("Couldn't add. The file should include valid XML: %v", err)
	}
	for _, m := range fleetVariable.FindAllSubmatch(p.content, -1) {
		if name := string(m[1]); name != "HOST_UUID" && name != "CERTIFICATE_RENEWAL_ID" && !strings.HasPrefix(name, "DIGICERT_") {
			return "Fleet variable $FLEET_VAR_" + name + " is not supported in configuration profiles."
		}
	}
	p.name, p.identifier, p.scope = root.PayloadDisplayName, root.PayloadIdentifier, cmp.Or(root.PayloadScope, "System")
	return ""
}

func newFakeFleet() http.Handler    { return &fakeFleet{} }
func newFakeOldFleet() http.Handler { return &fakeFleet{old: true} }

func fleetError(w http.ResponseWriter, status int, message, name, reason string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"message": message, "errors": []any{map[string]string{"name": name, "reason": reason}}, "uuid": "1"})
}

func (f *fakeFleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if token := r.Header.Get("Authorization"); token != "Bearer right-token" {
		fleetError(w, http.StatusUnauthorized, "Authentication required", "base", "Authentication required: "+token)
		return
	}
	uuid, one := strings.CutPrefix(r.URL.Path, "/api/v1/fleet/configuration_profiles/")
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/api/v1/fleet/teams":
		fmt.Fprint(w, `{"teams": [{"id": 7, "name": "Workstations"}, {"id": 8, "name": "Workstations (canary)"}]}`)
	case r.URL.Path == "/api/v1/fleet/configuration_profiles" && r.Method == http.MethodGet:
		f.list(w, r)
	case r.URL.Path == "/api/v1/fleet/configuration_profiles" && r.Method == http.MethodPost:
		f.put(w, r, nil)
	case !one:
		fleetError(w, http.StatusNotFound, "Resource Not Found", "base", "no such address")
	case f.find(uuid) == nil:
		fleetError(w, http.StatusNotFound, "Resource Not Found", "base", "Configuration profile was not found in the datastore")
	case r.Method == http.MethodGet && r.URL.Query().Get("alt") == "media":
		_, _ = w.Write(f.find(uuid).content)
	case r.Method == http.MethodPatch && !f.old:
		f.put(w, r, f.find(uuid))
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (f *fakeFleet) find(uuid string) *fleetProfile {
	if i := slices.IndexFunc(f.all, func(p *fleetProfile) bool { return p.uuid == uuid }); i >= 0 {
		return f.all[i]
	}
	return nil
}

func (f *fakeFleet) list(w http.ResponseWriter, r *http.Request) {
	var of []map[string]any
	for _, p := range f.all {
		if p.team != r.URL.Query().Get("team_id") {
			continue
		}
		row := map[string]any{"profile_uuid": p.uuid, "team_id": p.team, "name": p.name, "identifier": p.identifier, "platform": "darwin", "checksum": "dGVzdAo="}
		for way, names := range p.labels {
			var labels []any
			for i, name := range names {
				labels = append(labels, map[string]any{"name": name, "id": i + 1})
			}
			row[way] = labels
		}
		of = append(of, row)
	}
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		fleetError(w, http.StatusBadRequest, "Bad request", "page", "want a number")
		return
	}
	shown := []map[string]any{}
	if page < len(of) {
		shown = of[page : page+1]
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"profiles": shown, "meta": map[string]bool{"has_next_results": page+1 < len(of), "has_previous_results": page > 0}})
}

// put takes a form: a file, and on creation the team; labels one field each, those that are not there any more left out.
func (f *fakeFleet) put(w http.ResponseWriter, r *http.Request, old *fleetProfile) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		fleetError(w, http.StatusBadRequest, "Bad request", "base", err.Error())
		return
	}
	form := maps.Clone(r.MultipartForm.Value)
	p := &fleetProfile{uuid: fmt.Sprintf("a%d", len(f.all)+1), labels: map[string][]string{}}
	if old != nil {
		p.uuid, p.team = old.uuid, old.team
	} else if p.team = r.FormValue("team_id"); p.team != "" {
		if _, err := strconv.Atoi(p.team); err != nil {
			fleetError(w, http.StatusUnprocessableEntity, "Validation Failed", "team_id", "want a number")
			return
		}
		delete(form, "team_id")
	}
	for _, way := range []string{"labels_include_all", "labels_include_any", "labels_exclude_any"} {
		if names := form[way]; names != nil {
			p.labels[way] = names
		}
		delete(form, way)
	}
	file, header, err := r.FormFile("profile")
	if err != nil || len(form) > 0 || !strings.HasSuffix(header.Filename, ".mobileconfig") {
		fleetError(w, http.StatusBadRequest, "Bad request", "profile", "a field is missing or unknown, or the file is of no kind")
		return
	}
	p.content, _ = io.ReadAll(file)
	if reason := p.read(); reason != "" {
		fleetError(w, http.StatusBadRequest, "Bad request", "profile", reason)
		return
	}
	if p.name == "refuse-me" {
		fleetError(w, http.StatusUnprocessableEntity, "Validation Failed", "profile", "unsupported PayloadType(s)")
		return
	}
	if old != nil && p.identifier != old.identifier {
		fleetError(w, http.StatusUnprocessableEntity, "Validation Failed", "profile", "the identifier must be the same")
		return
	}
	for _, x := range f.all {
		if x.identifier == p.identifier && x.scope != p.scope {
			fleetError(w, http.StatusConflict, "Resource Already Exists", "profile", "Couldn't add. The PayloadIdentifier has another PayloadScope.")
			return
		}
		if x != old && x.team == p.team && (x.identifier == p.identifier || x.name == p.name) {
			fleetError(w, http.StatusConflict, "Resource Already Exists", "profile", "Couldn't add. A configuration profile with this name already exists.")
			return
		}
	}
	if old != nil {
		*old = *p
	} else {
		f.all = append(f.all, p)
	}
	fmt.Fprintf(w, `{"profile_uuid": %q}`, p.uuid)
}
