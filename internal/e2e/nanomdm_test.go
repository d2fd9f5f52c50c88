//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"howett.net/plist"
)

// A real MDM server takes the signed profiles, and a device gets the very bytes, which openssl verifies.
func TestNanoMDMDeliversTheProfile(t *testing.T) {
	s := newSyncguard(t)
	a := newAuthority(t, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
	s.build("-o", "signed", "--target", "iOS/supervised", "--cert", a.leaf, "--key", a.key, "--chain", a.intermediate)
	signed := profilesIn(t, filepath.Join(s.dir, "signed"))["icloud-sync.ios-supervised.mobileconfig"]

	device := newNanoMDM(t)
	device.checkIn(map[string]any{"MessageType": "Authenticate", "Topic": "com.acme.mdm", "UDID": device.udid})
	device.checkIn(map[string]any{"MessageType": "TokenUpdate", "Topic": "com.acme.mdm", "UDID": device.udid,
		"PushMagic": "magic", "Token": []byte("token")})
	device.enqueue(map[string]any{"CommandUUID": "install-1",
		"Command": map[string]any{"RequestType": "InstallProfile", "Payload": signed}})

	var command struct {
		CommandUUID string
		Command     struct {
			RequestType string
			Payload     []byte
		}
	}
	if _, err := plist.Unmarshal(device.report(map[string]any{"Status": "Idle", "UDID": device.udid}), &command); err != nil {
		t.Fatal(err)
	}
	if command.CommandUUID != "install-1" || command.Command.RequestType != "InstallProfile" {
		t.Fatalf("the device was sent %q, %q", command.CommandUUID, command.Command.RequestType)
	}
	if !bytes.Equal(command.Command.Payload, signed) {
		t.Error("the device got other bytes than were built")
	}
	Tool(t, command.Command.Payload, "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", a.root)
	if rest := device.report(map[string]any{"Status": "Acknowledged", "UDID": device.udid, "CommandUUID": "install-1"}); len(rest) > 0 {
		t.Errorf("the server has more to say: %s", rest)
	}
}

// nanoMDM is a running server, and one device that is enrolled there.
type nanoMDM struct {
	t           *testing.T
	address     string
	udid        string
	certificate string // of the device, PEM
}

const apiKey = "e2e"

func newNanoMDM(t *testing.T) *nanoMDM {
	t.Helper()
	program := os.Getenv("SYNCGUARD_NANOMDM")
	if program == "" {
		t.Fatal("SYNCGUARD_NANOMDM does not name the server; run make e2e")
	}
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("device.ext"), []byte("extendedKeyUsage=clientAuth\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl := func(args ...string) { t.Helper(); Tool(t, nil, "openssl", args...) }
	openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("ca.key"), "-out", path("ca.pem"), "-subj", "/CN=Device CA", "-days", "2")
	openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", path("device.key"), "-out", path("device.csr"), "-subj", "/CN=Device")
	openssl("x509", "-req", "-in", path("device.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-days", "1",
		"-extfile", path("device.ext"), "-out", path("device.pem"))
	certificate, err := os.ReadFile(path("device.pem"))
	if err != nil {
		t.Fatal(err)
	}
	n := &nanoMDM{t: t, address: freeAddress(t), udid: "E2E-DEVICE", certificate: string(certificate)}

	ctx, stop := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "-ca", path("ca.pem"), "-api", apiKey, "-listen", n.address,
		"-storage", "inmem", "-storage-dsn", "unused", "-cert-header", "X-Client-Cert")
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("nanomdm: %s", log.String())
		}
	})
	for range 100 {
		if conn, err := net.DialTimeout("tcp", n.address, time.Second); err == nil {
			_ = conn.Close()
			return n
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("nanomdm does not listen")
	return nil
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

func (n *nanoMDM) checkIn(message map[string]any) {
	n.t.Helper()
	n.send("/mdm", "application/x-apple-aspen-mdm-checkin", message)
}

// report tells the server a status, and returns the command that it answers with.
func (n *nanoMDM) report(message map[string]any) []byte {
	n.t.Helper()
	return n.send("/mdm", "application/x-apple-aspen-mdm", message)
}

func (n *nanoMDM) enqueue(command map[string]any) {
	n.t.Helper()
	n.send("/v1/enqueue/"+n.udid+"?nopush=1", "application/xml", command)
}

func (n *nanoMDM) send(path, contentType string, message map[string]any) []byte {
	n.t.Helper()
	body, err := plist.Marshal(message, plist.XMLFormat)
	if err != nil {
		n.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPut, "http://"+n.address+path, bytes.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("X-Client-Cert", url.QueryEscape(n.certificate))
	request.SetBasicAuth("nanomdm", apiKey)
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		n.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		n.t.Fatal(fmt.Sprintf("PUT %s: %s: %s %v", path, response.Status, answer, err))
	}
	return answer
}
