package cli_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// inventoryServer answers as the APIs of Fleet, Jamf Pro and Microsoft Graph do about devices. It is too busy at first.
//
//   - https://fleetdm.com/docs/rest-api/rest-api#list-hosts
//   - https://developer.jamf.com/jamf-pro/reference/get_v3-computers-inventory and get_v2-mobile-devices-detail
//   - https://learn.microsoft.com/graph/api/intune-devices-manageddevice-list
type inventoryServer struct {
	mu    sync.Mutex
	asked int
}

func newInventoryServer() http.Handler { return &inventoryServer{} }

func (s *inventoryServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if s.asked++; s.asked == 2 {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	_ = r.ParseForm()
	if r.URL.Path == "/api/v1/oauth/token" && r.PostFormValue("client_secret") == "right-secret" {
		fmt.Fprint(w, `{"access_token": "right-token", "token_type": "Bearer", "expires_in": 300}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer right-token" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"message": "no such token: %s"}`, r.Header.Get("Authorization")) // servers do echo
		return
	}
	from, _ := strconv.Atoi(r.FormValue("page"))
	size, _ := strconv.Atoi(r.FormValue("per_page") + r.FormValue("page-size"))
	list := func(n int, format string) string {
		var all []string
		for i := from * size; i < min((from+1)*size, n); i++ {
			all = append(all, strings.ReplaceAll(format, "#", strconv.Itoa(i)))
		}
		return strings.Join(all, ",")
	}
	switch r.URL.Path {
	case "/api/v1/fleet/teams":
		fmt.Fprint(w, `{"teams": [{"id": 7, "name": "Phones"}]}`)
	case "/api/v1/fleet/hosts":
		n := 120
		if r.FormValue("team_id") == "7" {
			n = 3
		}
		fmt.Fprintf(w, `{"hosts": [%s]}`, list(n, `{"id": #, "hardware_serial": "FLEET#", "platform": "ios", "os_version": "iOS 26.1", "hardware_model": "iPhone15,2", "mdm": {"enrollment_status": "On (automatic)"}}`))
	case "/api/v3/computers-inventory":
		fmt.Fprintf(w, `{"totalCount": 2, "results": [%s]}`, list(2, `{"id": "#", "general": {"name": "Mac #", "platform": "Mac", "supervised": true, "remoteManagement": {"managed": true}}, "hardware": {"serialNumber": "JAMFM#"}, "operatingSystem": {"name": "macOS", "version": "26.1"}}`))
	case "/api/v2/mobile-devices/detail":
		fmt.Fprintf(w, `{"totalCount": 201, "results": [%s]}`, list(201, `{"mobileDeviceId": "#", "deviceType": "iOS", "general": {"displayName": "iPad #", "osVersion": "26.1", "supervised": true, "managed": true, "deviceOwnershipType": "Institutional"}, "hardware": {"serialNumber": "JAMFD#", "modelIdentifier": "iPad15,7"}}`))
	case "/v1.0/deviceManagement/managedDevices":
		next := fmt.Sprintf(`"@odata.nextLink": "http://%s%s?$skiptoken=1",`, r.Host, r.URL.Path)
		if r.FormValue("$skiptoken") != "" {
			next, from = "", 1
		}
		size = 2
		fmt.Fprintf(w, `{%s "value": [%s]}`, next, list(4, `{"id": "#", "deviceName": "x", "operatingSystem": "iOS", "osVersion": "26.1", "managementAgent": "mdm", "deviceEnrollmentType": "appleBulkWithUser", "isSupervised": true, "model": "iPhone 15", "serialNumber": "GRAPH#"}`))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}
