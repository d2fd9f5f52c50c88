package app

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/inventory"
	"syncguard/internal/template"
)

// inventoryServers answer as the APIs do about devices, with pages of the size that is asked for, and too busy at first.
var inventoryServers = map[string]struct {
	env    map[string]string
	answer func(w http.ResponseWriter, r *http.Request)
	want   int // devices
}{
	// https://fleetdm.com/docs/rest-api/rest-api#list-hosts
	"fleet": {map[string]string{"SYNCGUARD_FLEET_TOKEN": "right-token"}, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.FormValue("page"))
		size, _ := strconv.Atoi(r.FormValue("per_page"))
		if r.URL.Path != "/api/v1/fleet/hosts" || r.FormValue("order_key") != "id" || r.Header.Get("Authorization") != "Bearer right-token" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, `{"hosts": [%s]}`, devices(page*size, min((page+1)*size, 250), `{"id": %d, "hardware_serial": "S%d", "platform": "ios", "os_version": "iOS 18.1", "mdm": {"enrollment_status": "On (automatic)"}}`))
	}, 250},
	// https://developer.jamf.com/jamf-pro/reference/get_v3-computers-inventory, and an older server without v3
	"jamf": {map[string]string{"SYNCGUARD_JAMF_CLIENT_ID": "client", "SYNCGUARD_JAMF_CLIENT_SECRET": "right-secret"}, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.FormValue("page"))
		size, _ := strconv.Atoi(r.FormValue("page-size"))
		switch {
		case r.URL.Path == "/api/v1/oauth/token":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token": "issued-token", "token_type": "Bearer", "expires_in": 300}`)
		case r.Header.Get("Authorization") != "Bearer issued-token":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/api/v1/computers-inventory" && len(r.Form["section"]) == 4:
			fmt.Fprintf(w, `{"totalCount": 201, "results": [%s]}`, devices(page*size, min((page+1)*size, 201),
				`{"id": "%d", "general": {"platform": "Mac", "supervised": true, "remoteManagement": {"managed": true}}, "hardware": {"serialNumber": "M%d"}, "operatingSystem": {"name": "macOS", "version": "15.1"}}`))
		case r.URL.Path == "/api/v2/mobile-devices/detail" && len(r.Form["section"]) == 3:
			fmt.Fprintf(w, `{"totalCount": 3, "results": [%s]}`, devices(page*size, min((page+1)*size, 3),
				`{"mobileDeviceId": "%d", "deviceType": "iOS", "general": {"osVersion": "18.1", "supervised": false, "managed": true, "deviceOwnershipType": "Institutional"}, "hardware": {"serialNumber": "D%d", "modelIdentifier": "iPad15,7"}}`))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}, 204},
	// https://learn.microsoft.com/graph/api/intune-devices-manageddevice-list
	"intune": {map[string]string{"SYNCGUARD_INTUNE_TOKEN": "right-token"}, func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.FormValue("$skiptoken"))
		if r.URL.Path != "/v1.0/deviceManagement/managedDevices" || r.Header.Get("Authorization") != "Bearer right-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next := ""
		if from < 20 {
			next = fmt.Sprintf(`"@odata.nextLink": "http://%s%s?$skiptoken=%d",`, r.Host, r.URL.Path, from+10)
		}
		fmt.Fprintf(w, `{%s "value": [%s]}`, next, devices(from, from+10,
			`{"id": "%d", "deviceName": "x", "operatingSystem": "iOS", "osVersion": "18.1", "managementAgent": "mdm", "deviceEnrollmentType": "appleBulkWithUser", "isSupervised": true, "serialNumber": "G%d"}`))
	}, 30},
}

func devices(from, to int, format string) string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf(format, i, i))
	}
	return strings.Join(all, ",")
}

// inventoryHost is a host with a server and its credentials.
func inventoryHost(t *testing.T, name string, answer http.HandlerFunc) *Host {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	env := map[string]string{"SYNCGUARD_" + strings.ToUpper(name) + "_URL": s.URL}
	for k, v := range inventoryServers[name].env {
		env[k] = v
	}
	h := nowhere(newMemory(t, nil))
	h.Getenv = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	return h
}

// readInventory counts the devices, and those without a target.
func readInventory(t *testing.T, h *Host, o InventoryOptions) (n, lack int, err error) {
	t.Helper()
	r, end, err := h.openInventory(t.Context(), o)
	if err != nil {
		return 0, 0, err
	}
	defer end()
	for ; ; n++ {
		d, err := r.Next()
		if err == io.EOF {
			if what := r.Understood().Incomplete; what != "" {
				t.Errorf("%s: %s", o.From, what)
			}
			return n, lack, nil
		}
		if err != nil {
			return n, lack, err
		}
		if d.Lacks != "" {
			lack++
		}
	}
}

// Each server is asked page by page, and waits are obeyed.
func TestInventoryOfServers(t *testing.T) {
	for _, name := range InventorySources() {
		server, ok := inventoryServers[name]
		if !ok {
			t.Errorf("no server plays %s", name)
			continue
		}
		asked := 0
		h := inventoryHost(t, name, func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked == 2 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			_ = r.ParseForm()
			server.answer(w, r)
		})
		if n, lack, err := readInventory(t, h, InventoryOptions{From: name}); err != nil || n != server.want || lack != 0 {
			t.Errorf("%s: %d devices, %d without a target, %v; want %d", name, n, lack, err, server.want)
		}
	}
}

// A wrong answer is an error that says what to do and shows no secret.
func TestInventoryOfWrongServers(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"fleet", `{"profiles": []}`, "not from Fleet"},
		{"fleet", `{"hosts": [` + devices(0, 100, `{"id": %d, "hardware_serial": "S%d"}`) + `]}`, "does not end"},
		{"intune", `{"value": [{"id": "1"}], "@odata.nextLink": "https://elsewhere.example/x"}`, "another server"},
		{"intune", `<html>`, "not from Microsoft Graph"},
		{"jamf", `{"access_token": "issued-token", "token_type": "Bearer"}`, "not from Jamf Pro"},
	} {
		h := inventoryHost(t, c.name, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "oauth") {
				w.Header().Set("Content-Type", "application/json")
			}
			fmt.Fprint(w, c.body)
		})
		if _, _, err := readInventory(t, h, InventoryOptions{From: c.name}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	h := inventoryHost(t, "fleet", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"message": "no such token: %s"}`, r.Header.Get("Authorization"))
	})
	if _, _, err := readInventory(t, h, InventoryOptions{From: "fleet"}); err == nil || strings.Contains(err.Error(), "right-token") || !strings.Contains(err.Error(), "401") {
		t.Errorf("got %v", err)
	}
}

// A private certificate authority is given as to push.
func TestInventoryOfAPrivateAuthority(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		inventoryServers["fleet"].answer(w, r)
	}))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	h := nowhere(newMemory(t, map[string]string{"ca.pem": string(ca)}))
	h.Getenv = func(name string) (string, bool) { v, ok := inventoryServers["fleet"].env[name]; return v, ok }
	var hint *diag.HintError
	if _, _, err := readInventory(t, h, InventoryOptions{From: "fleet", Server: s.URL}); !errors.As(err, &hint) || !strings.Contains(hint.Hint, "--inventory-option ca=FILE") {
		t.Errorf("got %v", err)
	}
	if n, _, err := readInventory(t, h, InventoryOptions{From: "fleet", Server: s.URL, Flags: []string{"ca=ca.pem"}}); n != 250 || err != nil {
		t.Error(n, err)
	}
}

// A reader that stops early stops the questions, too.
func TestInventoryIsAskedAsItIsRead(t *testing.T) {
	asked := 0
	h := inventoryHost(t, "fleet", func(w http.ResponseWriter, r *http.Request) {
		asked++
		_ = r.ParseForm()
		inventoryServers["fleet"].answer(w, r)
	})
	_, end, err := h.openInventory(t.Context(), InventoryOptions{From: "fleet"})
	if err != nil {
		t.Fatal(err)
	}
	end()
	if asked > 2 {
		t.Errorf("asked %d times for the first devices", asked)
	}
}

func TestInventoryOptions(t *testing.T) {
	h := nowhere(newMemory(t, map[string]string{"list.csv": "OS,Stand\niOS,18\n"}))
	h.Stdin = strings.NewReader("OS,Version,Supervised\niOS,18,yes\n")
	h.Getenv = func(string) (string, bool) { return "", false }
	if n, lack, err := readInventory(t, h, InventoryOptions{Path: "-"}); n != 1 || lack != 0 || err != nil {
		t.Error(n, lack, err)
	}
	if n, lack, err := readInventory(t, h, InventoryOptions{Path: "list.csv", Columns: []string{"version=Stand"}, Assume: []string{"enrollment=device", "supervised=no"}}); n != 1 || lack != 0 || err != nil {
		t.Error(n, lack, err)
	}
	for _, o := range []InventoryOptions{
		{Path: "list.csv", Columns: []string{"version"}}, {Path: "list.csv", Columns: []string{"version=Stand", "version=OS"}}, {Path: "list.csv", Assume: []string{"os=iOS"}},
		{Path: "list.csv", From: "fleet"}, {From: "kmfddm"}, {From: "fleet", Flags: []string{"team"}}, {From: "fleet", Server: "https://x.example", Flags: []string{"no-such=flag"}}, {From: "fleet"},
	} {
		var usage *diag.UsageError
		if _, _, err := readInventory(t, h, o); !errors.As(err, &usage) {
			t.Errorf("%+v: got %v", o, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := h.openInventory(ctx, InventoryOptions{Path: "list.csv"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The project file names columns once for all; the command line wins.
func TestInventoryOfTheProject(t *testing.T) {
	const project = "inventory:\n  columns: {platform: System, version: Stand}\n  assume: {enrollment: device, supervised: no}\n"
	h := nowhere(newMemory(t, map[string]string{".syncguard.yaml": project, "list.csv": "System,Stand,Other\niOS,18,26\n"}))
	var notes []string
	h.Notify = func(e Event) { notes = append(notes, e.Text) }
	r, end, err := h.openInventory(t.Context(), InventoryOptions{Path: "list.csv", Columns: []string{"version=Other"}})
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	d, err := r.Next()
	if err != nil || d.Target.String() != "iOS@26/device" || len(notes) != 1 || notes[0] != "using inventory of .syncguard.yaml" {
		t.Error(d, err, notes)
	}
	if r.Understood().Assumed != 1 {
		t.Errorf("%+v", r.Understood())
	}
	for name, list := range map[string]string{"other.csv": "OS,Version\niOS,18\n", "hosts.json": `{"hosts": [{"hardware_serial": "a", "platform": "ios", "os_version": "iOS 18"}]}`} {
		h := nowhere(newMemory(t, map[string]string{".syncguard.yaml": project, name: list}))
		if n, lack, err := readInventory(t, h, InventoryOptions{Path: name}); n != 1 || lack != 0 || err != nil {
			t.Error(name, n, lack, err)
		}
	}
	h = nowhere(newMemory(t, map[string]string{".syncguard.yaml": "inventory:\n  columns: {versoin: x}\n", "list.csv": "OS\niOS 18\n"}))
	if _, _, err := h.openInventory(t.Context(), InventoryOptions{Path: "list.csv"}); err == nil || !strings.Contains(err.Error(), ".syncguard.yaml") {
		t.Errorf("got %v", err)
	}
	var fields []string
	for _, f := range inventory.Fields() {
		fields = append(fields, string(f))
	}
	if !slices.Equal(fields, template.InventoryFields()) {
		t.Errorf("a project file names columns for %s, and an inventory has %s", template.InventoryFields(), fields)
	}
}
