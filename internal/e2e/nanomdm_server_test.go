//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"howett.net/plist"
)

// nanoMDM is a running server, with an authority that makes the certificates of devices.
type nanoMDM struct {
	t       *testing.T
	dir     string
	address string
}

const apiKey = "e2e-api-key"

// newNanoMDM starts the server with a storage and more arguments.
func newNanoMDM(t *testing.T, storage string, args ...string) *nanoMDM {
	t.Helper()
	program := os.Getenv("SYNCGUARD_NANOMDM")
	if program == "" {
		t.Fatal("SYNCGUARD_NANOMDM does not name the server; run make e2e")
	}
	n := &nanoMDM{t: t, dir: t.TempDir(), address: freeAddress(t)}
	if err := os.WriteFile(n.path("device.ext"), []byte("extendedKeyUsage=clientAuth\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	Tool(t, nil, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", n.path("ca.key"), "-out", n.path("ca.pem"), "-subj", "/CN=Device CA", "-days", "2")
	start(t, "nanomdm", n.address, exec.Command(program, append([]string{"-ca", n.path("ca.pem"), "-api", apiKey, "-listen", n.address,
		"-storage", storage, "-storage-dsn", n.path("storage"), "-cert-header", "X-Client-Cert"}, args...)...))
	return n
}

func (n *nanoMDM) path(name string) string { return filepath.Join(n.dir, name) }

// start runs a server until the test ends, and waits until it listens.
func start(t *testing.T, name, address string, server *exec.Cmd) {
	t.Helper()
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("%s: %s", name, log.String())
		}
	})
	for range 100 {
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			_ = conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not listen", name)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// device is one that is enrolled: Apple's check-in and command protocol as far as profiles go. It takes a signed profile only
// with a chain to its root, as openssl sees it.
type device struct {
	server      *nanoMDM
	udid        string
	certificate string // PEM
	root        string // file

	mu        sync.Mutex
	received  [][]byte // payloads of InstallProfile, in their order
	installed map[string]installedProfile
	refuses   string // text of an error that it answers to InstallProfile, or a declaration that it finds invalid; "" for none
}

type installedProfile struct {
	PayloadIdentifier, PayloadUUID, PayloadDisplayName string
	PayloadVersion                                     int
}

// enroll makes a device that connects again and again, as one does that gets push notifications.
func (n *nanoMDM) enroll(udid, root string) *device {
	n.t.Helper()
	file := func(ending string) string { return n.path(udid + ending) }
	Tool(n.t, nil, "openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", file(".key"), "-out", file(".csr"), "-subj", "/CN="+udid)
	Tool(n.t, nil, "openssl", "x509", "-req", "-in", file(".csr"), "-CA", n.path("ca.pem"), "-CAkey", n.path("ca.key"), "-CAcreateserial", "-days", "1",
		"-extfile", n.path("device.ext"), "-out", file(".pem"))
	certificate, err := os.ReadFile(file(".pem"))
	if err != nil {
		n.t.Fatal(err)
	}
	d := &device{server: n, udid: udid, certificate: string(certificate), root: root, installed: map[string]installedProfile{}}
	for _, message := range []map[string]any{
		{"MessageType": "Authenticate", "Topic": "com.acme.mdm", "UDID": udid},
		{"MessageType": "TokenUpdate", "Topic": "com.acme.mdm", "UDID": udid, "PushMagic": "magic", "Token": []byte("token " + udid)},
	} {
		if _, err := d.send("application/x-apple-aspen-mdm-checkin", message); err != nil {
			n.t.Fatal(err)
		}
	}
	return d
}

// live connects until the test ends.
func (d *device) live() {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			if err := d.connect(); err != nil {
				d.server.t.Errorf("%s: %v", d.udid, err)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	d.server.t.Cleanup(func() { stop(); <-ended })
}

// command is what the server wants.
type command struct {
	CommandUUID string
	Command     struct {
		RequestType, Identifier string
		Payload                 []byte
	}
}

// connect does what the server wants until it wants nothing more.
func (d *device) connect() error {
	report := map[string]any{"Status": "Idle", "UDID": d.udid}
	for {
		answer, err := d.send("application/x-apple-aspen-mdm", report)
		if err != nil || len(answer) == 0 {
			return err
		}
		var c command
		if _, err := plist.Unmarshal(answer, &c); err != nil {
			return err
		}
		report = d.obey(&c)
	}
}

// obey does what a command says, and returns the report.
func (d *device) obey(c *command) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	report := map[string]any{"Status": "Acknowledged", "UDID": d.udid, "CommandUUID": c.CommandUUID}
	var err error
	switch c.Command.RequestType {
	case "InstallProfile":
		err = d.install(c.Command.Payload)
	case "RemoveProfile":
		if _, ok := d.installed[c.Command.Identifier]; !ok {
			err = errors.New("the profile is not installed")
		}
		delete(d.installed, c.Command.Identifier)
	case "ProfileList":
		list := []installedProfile{}
		for _, p := range d.installed {
			list = append(list, p)
		}
		report["ProfileList"] = list
	case "DeclarativeManagement":
		err = d.declare()
	default:
		err = errors.New("the command is unknown")
	}
	if err != nil {
		report["Status"] = "Error"
		report["ErrorChain"] = []map[string]any{{"ErrorCode": 4001, "ErrorDomain": "MCInstallationErrorDomain", "LocalizedDescription": err.Error(), "USEnglishDescription": err.Error()}}
	}
	return report
}

func (d *device) install(payload []byte) error {
	d.received = append(d.received, payload)
	if d.refuses != "" {
		return errors.New(d.refuses)
	}
	content := payload
	if !bytes.HasPrefix(payload, []byte("<?xml")) {
		verify := exec.Command("openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", d.root)
		verify.Stdin = bytes.NewReader(payload)
		var err error
		if content, err = verify.Output(); err != nil {
			return fmt.Errorf("the signature is not trusted: %w", err)
		}
	}
	var p installedProfile
	if _, err := plist.Unmarshal(content, &p); err != nil {
		return err
	}
	d.installed[p.PayloadIdentifier] = p
	return nil
}

// got returns the payloads that it was sent to install.
func (d *device) got() [][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.received
}

func (d *device) send(contentType string, message map[string]any) ([]byte, error) {
	body, err := plist.Marshal(message, plist.XMLFormat)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodPut, "http://"+d.server.address+"/mdm", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("X-Client-Cert", url.QueryEscape(d.certificate))
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, answer)
	}
	return answer, err
}

func unmarshal(t *testing.T, data []byte, v any) {
	t.Helper()
	if _, err := plist.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}
