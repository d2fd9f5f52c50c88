//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// pushes is syncguard with signed profiles, and a NanoMDM server to push them to.
type pushes struct {
	*syncguard
	server  *nanoMDM
	root    string // of the signature
	webhook string // where it listens
	profile string // a signed one, for iOS
}

const secondProfile = "signed/icloud-sync.ios-manual.mobileconfig"

func newPushes(t *testing.T, storage string) *pushes {
	t.Helper()
	a := newAuthority(t, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
	p := &pushes{syncguard: newSyncguard(t), root: a.root, webhook: freeAddress(t), profile: "signed/icloud-sync.ios-supervised.mobileconfig"}
	p.build("-o", "signed", "--target", "iOS/supervised", "--target", "iOS/manual", "--cert", a.leaf, "--key", a.key, "--chain", a.intermediate)
	p.server = newNanoMDM(t, storage, "-webhook-url", "http://"+p.webhook, "-webhook-hmac-key", "e2e-webhook")
	p.environ = []string{"SYNCGUARD_NANOMDM_API_KEY=" + apiKey, "SYNCGUARD_NANOMDM_WEBHOOK_KEY=e2e-webhook", "SYNCGUARD_NANOMDM_URL=http://" + p.server.address}
	return p
}

func (p *pushes) read(path string) []byte {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, path))
	if err != nil {
		p.t.Fatal(err)
	}
	return data
}

// push runs push nanomdm without notifications, which need Apple, and wants an exit code.
func (p *pushes) push(want int, args ...string) string {
	p.t.Helper()
	stdout, stderr, code := p.run(append([]string{"push", "nanomdm", "--no-push"}, args...)...)
	if code != want {
		p.t.Fatalf("push %v: exit code %d, want %d: %s%s", args, code, want, stdout, stderr)
	}
	if strings.Contains(stdout+stderr, apiKey) {
		p.t.Errorf("push %v shows the API key", args)
	}
	return stdout + stderr
}

// waiting runs push nanomdm, and waits for what the devices answer.
func (p *pushes) waiting(want int, args ...string) string {
	p.t.Helper()
	return p.push(want, append([]string{"--webhook-listen", p.webhook, "--wait", "30s"}, args...)...)
}

func (p *pushes) wants(text string, words ...string) {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), w) { // lines are broken between words
			p.t.Errorf("%q is not in:\n%s", w, text)
		}
	}
}

// A real MDM server takes the signed profile, a device gets the very bytes, and what it answers is read back.
func TestNanoMDMDeliversTheProfile(t *testing.T) {
	for _, storage := range []string{"inmem", "filekv"} {
		t.Run(storage, func(t *testing.T) {
			p := newPushes(t, storage)
			d := p.server.enroll("E2E-DEVICE", p.root)
			d.live()
			var result struct {
				Results []struct {
					Action string
					Device struct{ Status string }
				}
			}
			if err := json.Unmarshal([]byte(p.waiting(0, "--id", d.udid, "--format", "json", p.profile)), &result); err != nil {
				t.Fatal(err)
			}
			if r := result.Results; len(r) != 1 || r[0].Action != "sent" || r[0].Device.Status != "Acknowledged" {
				t.Errorf("got %+v", result)
			}
			if got := d.got(); len(got) != 1 || !bytes.Equal(got[0], p.read(p.profile)) {
				t.Fatalf("the device got other bytes than were pushed, %d times", len(got))
			}
			Tool(t, d.got()[0], "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", p.root)
		})
	}
}

// The whole life of a profile: it is listed, compared, changed, refused and removed.
func TestNanoMDMLifeOfAProfile(t *testing.T) {
	p := newPushes(t, "inmem")
	d := p.server.enroll("E2E-DEVICE", p.root)
	d.live()
	identifier := func(path string) string {
		var x installedProfile
		content := Tool(t, p.read(path), "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", p.root)
		unmarshal(t, content, &x)
		return x.PayloadIdentifier
	}
	p.wants(p.waiting(1, "--check", "--id", d.udid, p.profile), "missing")
	p.wants(p.waiting(0, "--id", d.udid, p.profile, secondProfile), "2 sent", "Acknowledged")
	p.wants(p.waiting(0, "--list", "--id", d.udid), identifier(p.profile), identifier(secondProfile))
	p.wants(p.waiting(0, "--check", "--id", d.udid, p.profile, secondProfile), "2 same")

	d.mu.Lock()
	x := d.installed[identifier(p.profile)]
	x.PayloadUUID = "00000000-0000-0000-0000-000000000000"
	d.installed[identifier(p.profile)] = x
	d.mu.Unlock()
	p.wants(p.waiting(1, "--check", "--id", d.udid, p.profile, secondProfile), "1 same, 1 different")

	p.wants(p.waiting(0, "--id", d.udid, "--remove", identifier(p.profile)), "Acknowledged", "remove "+identifier(p.profile))
	p.wants(p.waiting(1, "--check", "--id", d.udid, p.profile), "missing")

	d.mu.Lock()
	d.refuses = "the profile is invalid"
	d.mu.Unlock()
	p.wants(p.waiting(3, "--id", d.udid, "--generation", "2", p.profile), "Error", "MCInstallationErrorDomain 4001: the profile is invalid")
}

// Running it again sends nothing twice, and another generation does. The API key that the server refuses is not repeated.
func TestNanoMDMSendsOnce(t *testing.T) {
	p := newPushes(t, "inmem")
	d := p.server.enroll("E2E-DEVICE", p.root)
	p.wants(p.push(0, "--id", d.udid, p.profile), "1 sent")
	p.wants(p.push(0, "--id", d.udid, p.profile, secondProfile), "1 sent, 1 sent before", "the server already had this command")
	if err := d.connect(); err != nil {
		t.Fatal(err)
	}
	p.wants(p.push(0, "--id", d.udid, p.profile), "1 sent before")
	p.wants(p.push(0, "--id", d.udid, "--generation", "2", p.profile), "1 sent")
	if err := d.connect(); err != nil {
		t.Fatal(err)
	}
	if n := len(d.got()); n != 3 {
		t.Errorf("the device was sent %d profiles, want 3", n)
	}
	p.environ = append(p.environ, "SYNCGUARD_NANOMDM_API_KEY=wrong")
	p.wants(p.push(3, "--id", d.udid, "--generation", "3", p.profile, secondProfile), "401 Unauthorized", "the server refused the credentials")
}

// Without a certificate for notifications the command is enqueued all the same, and the failure is told.
func TestNanoMDMCannotNotify(t *testing.T) {
	p := newPushes(t, "inmem")
	d := p.server.enroll("E2E-DEVICE", p.root)
	stdout, stderr, code := p.run("push", "nanomdm", "--id", d.udid, p.profile)
	if code != 3 {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	p.wants(stdout+stderr, "1 sent", "notifying the devices", "com.acme.mdm", "when they next connect")
	if err := d.connect(); err != nil || len(d.got()) != 1 {
		t.Errorf("the device got %d profiles: %v", len(d.got()), err)
	}
}

// A push that is killed at any request converges when it is run again: every device gets every profile once.
func TestNanoMDMKilledInTheMiddle(t *testing.T) {
	p := newPushes(t, "inmem")
	devices := []*device{p.server.enroll("E2E-ONE", p.root), p.server.enroll("E2E-TWO", p.root)}
	target := &url.URL{Scheme: "http", Host: p.server.address}
	for kill := range int32(4) {
		generation := "kill-" + string('0'+kill)
		var requests atomic.Int32
		var cmd *exec.Cmd
		proxy := httputil.NewSingleHostReverseProxy(target)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1)-1 == kill { // it reaches the server, and the answer nobody
				body, _ := io.ReadAll(r.Body)
				again, _ := http.NewRequest(r.Method, "http://"+p.server.address+r.URL.String(), bytes.NewReader(body))
				again.Header = r.Header
				if answer, err := http.DefaultClient.Do(again); err == nil {
					_ = answer.Body.Close()
				}
				_ = cmd.Process.Kill()
				return
			}
			proxy.ServeHTTP(w, r)
		}))
		args := []string{"push", "nanomdm", "--no-push", "--id", "E2E-ONE,E2E-TWO", "--generation", generation, p.profile, secondProfile}
		cmd = exec.Command(os.Getenv("SYNCGUARD_BINARY"), append(slices.Clone(args), "--server", front.URL)...)
		cmd.Dir, cmd.Env = p.dir, append([]string{"HOME=" + p.config}, p.environ...)
		if err := cmd.Run(); err == nil {
			t.Fatalf("it was not killed at request %d", kill)
		}
		front.Close()
		p.wants(p.push(0, args[3:]...), "sent before")
	}
	for _, d := range devices {
		if err := d.connect(); err != nil {
			t.Fatal(err)
		}
		if n := len(d.got()); n != 4*2 {
			t.Errorf("%s got %d profiles, want 8", d.udid, n)
		}
	}
}
