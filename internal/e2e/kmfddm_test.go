//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A real KMFDDM server behind a real NanoMDM server takes declarations, and a device gets them.
func TestKMFDDMDeliversDeclarations(t *testing.T) {
	program := os.Getenv("SYNCGUARD_KMFDDM")
	if program == "" {
		t.Fatal("SYNCGUARD_KMFDDM does not name the server; run make e2e")
	}
	address := freeAddress(t)
	n := newNanoMDM(t, "inmem", "-dm", "http://"+address+"/")
	start(t, "kmfddm", address, exec.Command(program, "-api", apiKey, "-listen", address, "-storage", "inmem", "-storage-dsn", "unused",
		"-enqueue", "http://"+n.address+"/v1/enqueue/", "-enqueue-key", apiKey))
	d := n.enroll("E2E-DEVICE", "")

	s := newSyncguard(t)
	s.environ = []string{"SYNCGUARD_KMFDDM_API_KEY=" + apiKey, "SYNCGUARD_KMFDDM_URL=http://" + address}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	push := func(want int, words string, args ...string) {
		t.Helper()
		stdout, stderr, code := s.run(append([]string{"push", "kmfddm"}, args...)...)
		if code != want || !strings.Contains(stdout, words) {
			t.Fatalf("push kmfddm %v: exit code %d, want %d with %q: %s%s", args, code, want, words, stdout, stderr)
		}
	}
	const activation = `{"Type": "com.apple.activation.simple", "Identifier": "com.acme.a", "Payload": {"StandardConfigurations": ["com.acme.passcode"]}}`
	passcode := func(length string) string {
		return `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "com.acme.passcode", "Payload": {"MinimumLength": ` + length + `}}`
	}
	write("activation.json", activation)
	write("passcode.json", passcode("8"))
	files := []string{"activation.json", "passcode.json", "--set", "default", "--id", d.udid}

	push(1, "2 missing", append([]string{"--check"}, files[:2]...)...)
	push(0, "2 created", files...)
	push(0, "2 unchanged", files...)
	push(0, "2 same", append([]string{"--check"}, files[:2]...)...)
	if got := d.declaration(t, "configuration", "com.acme.passcode"); got.Payload.MinimumLength != 8 || got.ServerToken == "" {
		t.Errorf("the device got %+v", got)
	}
	before := d.declaration(t, "activation", "com.acme.a")

	d.live()
	push(0, "Active        activation.json", append(files, "--wait", "30s")...)

	write("passcode.json", passcode("10"))
	push(1, "MinimumLength", append([]string{"--check"}, files[:2]...)...)
	push(0, "1 updated, 1 unchanged", files...)
	if got := d.declaration(t, "configuration", "com.acme.passcode"); got.Payload.MinimumLength != 10 {
		t.Errorf("the device got %+v", got)
	}
	if after := d.declaration(t, "activation", "com.acme.a"); after.ServerToken != before.ServerToken {
		t.Error("an activation that did not change has another ServerToken")
	}
	d.mu.Lock()
	d.refuses = "com.acme.passcode"
	d.mu.Unlock()
	write("passcode.json", passcode("12"))
	push(3, "E2E-DEVICE: Error.Test: it is not liked", append(files, "--wait", "30s")...)

	s.environ = append(s.environ, "SYNCGUARD_KMFDDM_API_KEY=wrong")
	push(3, "", files...)
}

type receivedDeclaration struct {
	Type, Identifier, ServerToken string
	Payload                       struct{ MinimumLength int }
}

// declaration asks the server for a declaration, as a device does in a check-in.
func (d *device) declaration(t *testing.T, kind, identifier string) (got receivedDeclaration) {
	t.Helper()
	answer, err := d.send("application/x-apple-aspen-mdm-checkin", map[string]any{"MessageType": "DeclarativeManagement", "UDID": d.udid,
		"Endpoint": "declaration/" + kind + "/" + identifier})
	if err == nil {
		err = json.Unmarshal(answer, &got)
	}
	if err != nil {
		t.Fatalf("declaration %s: %v: %s", identifier, err, answer)
	}
	return got
}

// declare fetches what the server declares, and reports that all of it is active, but for what the device refuses.
func (d *device) declare() error {
	ask := func(endpoint string, data []byte) ([]byte, error) {
		message := map[string]any{"MessageType": "DeclarativeManagement", "UDID": d.udid, "Endpoint": endpoint}
		if data != nil {
			message["Data"] = data
		}
		return d.send("application/x-apple-aspen-mdm-checkin", message)
	}
	answer, err := ask("declaration-items", nil)
	if err != nil {
		return err
	}
	var items struct {
		Declarations map[string][]struct{ Identifier, ServerToken string }
	}
	if err := json.Unmarshal(answer, &items); err != nil {
		return err
	}
	declarations := map[string]any{}
	for kind, list := range items.Declarations {
		statuses := []map[string]any{}
		for _, x := range list {
			status := map[string]any{"identifier": x.Identifier, "server-token": x.ServerToken, "active": true, "valid": "valid"}
			if x.Identifier == d.refuses {
				status["active"], status["valid"] = false, "invalid"
				status["reasons"] = []map[string]any{{"code": "Error.Test", "description": "it is not liked"}}
			}
			statuses = append(statuses, status)
		}
		declarations[strings.ToLower(kind)] = statuses
	}
	report, err := json.Marshal(map[string]any{"StatusItems": map[string]any{"management": map[string]any{"declarations": declarations}}, "Errors": []any{}})
	if err == nil {
		_, err = ask("status", report)
	}
	return err
}
