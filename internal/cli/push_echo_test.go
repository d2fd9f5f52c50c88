package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// echoedSecret is the credential and the password of the test's profile; its characters differ in every encoding.
const echoedSecret = `k&n<A>r"y'7/s+p=ü-canary~?`

// echoEncodings are the ways the servers of TestEchoingServer write a request.
func echoEncodings() map[string]func(string) string {
	base := base64.StdEncoding.EncodeToString
	quoted := func(s string) string {
		text, _ := json.Marshal(s)
		return strings.Trim(string(text), `"`)
	}
	each := func(format string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, c := range []byte(s) {
				fmt.Fprintf(&b, format, c)
			}
			return b.String()
		}
	}
	wrap := func(width int, end string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for part := range slices.Chunk([]byte(base([]byte("<plist>"+s+"</plist>"))), width) {
				b.WriteString(string(part) + end)
			}
			return b.String()
		}
	}
	return map[string]func(string) string{
		"as it is": func(s string) string { return s }, "form": url.QueryEscape, "path": url.PathEscape, "percent": each("%%%02x"), "form, twice": func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
		"HTML": html.EscapeString, "JSON": quoted, "JSON, slashes": func(s string) string { return strings.ReplaceAll(quoted(s), "/", `\/`) }, "JSON in JSON": func(s string) string { return quoted(quoted(s)) }, "hex": func(s string) string { return hex.EncodeToString([]byte(s)) },
		"HEX": func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }, "colons": each("%02X:"), "shell": func(s string) string { return `'` + strings.ReplaceAll(s, `'`, `'\''`) + `'` },
		"base64": func(s string) string { return base([]byte(s)) }, "base64, 1": func(s string) string { return base([]byte("a" + s)) }, "base64, 2": func(s string) string { return base([]byte("id:" + s)) }, "base64url": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("i:" + s)) },
		"base64, twice": func(s string) string { return base([]byte(base([]byte(s)))) }, "base64 at 60": wrap(60, "\n"), "base64 at 64": wrap(64, "\r\n"), "base64 at 76": wrap(76, " "), "base64 at 10": wrap(10, "\n\t"),
		"controls": func(s string) string { return "\x1b[31m" + s + "\x07\u202e" },
	}
}

// leaks reports whether a text shows a part of the secret, in any of the encodings.
func leaks(text string) bool {
	flat := strings.Join(strings.Fields(text), "")
	for _, core := range []string{echoedSecret, "-canary~"} {
		forms := []string{}
		for name, encode := range echoEncodings() {
			if !strings.HasPrefix(name, "base64 at") && name != "controls" && !(name == "shell" && core != echoedSecret) {
				forms = append(forms, encode(core))
			}
		}
		for _, before := range []string{"", "x", "xx"} {
			encoded := base64.RawStdEncoding.EncodeToString([]byte(before + core + "xxx"))
			forms = append(forms, encoded[4:len(encoded)-8])
		}
		for _, form := range forms {
			if strings.Contains(flat, form) || strings.Contains(text, form) {
				return true
			}
		}
	}
	return false
}

// echoServer signs in to nobody, or refuses every other request, and says why in every field a destination reads: the secrets of
// the request, encoded.
func echoServer(encode func(string) string, signsIn, redirects bool) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if strings.Contains(r.URL.Path, "token") && signsIn {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token": %q, "token_type": "bearer", "expires_in": 3600}`, "token-canary~-0123456789")
			return
		}
		if r.Method == http.MethodGet && signsIn && !strings.Contains(r.URL.Path, "push") { // an empty list, so that the profile is sent
			switch {
			case strings.Contains(r.URL.Path, "JSSResource"):
				fmt.Fprint(w, "<os_x_configuration_profiles><size>0</size></os_x_configuration_profiles>")
			case strings.Contains(r.URL.Path, "v1/declarations"):
				w.WriteHeader(http.StatusNotFound)
			default:
				fmt.Fprint(w, `{"profiles": [], "value": [], "data": [], "meta": {}}`)
			}
			return
		}
		words := encode(echoedSecret) + " " + encode(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		answer := map[string]any{"message": words, "error": words, "error_description": words, "command_error": words, "push_error": words,
			"errors": []map[string]string{{"name": words, "reason": words, "code": words, "title": words, "detail": words, "description": words}}}
		if strings.Contains(r.URL.Path, "deviceManagement") {
			answer["error"] = map[string]string{"code": words, "message": words}
		}
		if redirects {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				line := strings.NewReplacer("\r", "", "\n", "").Replace(words)
				fmt.Fprintf(conn, "HTTP/1.1 302 %s\r\nLocation: http://%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", line, line)
				_ = conn.Close()
			}
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if !strings.ContainsAny(words, "\x1b\n\r") {
			w.Header().Set("Retry-After", words)
		}
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(answer)
	}))
}

// No server can make push show a credential or a profile's secret, whatever it echoes and however it is encoded.
func TestEchoingServer(t *testing.T) {
	t.Chdir(t.TempDir())
	profile := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadContent</key><array><dict><key>PayloadDisplayName</key><string>Wi-Fi</string><key>PayloadIdentifier</key><string>org.acme.wifi.1</string>
<key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadUUID</key><string>0F1E2D3C-4B5A-4978-8695-A4B3C2D1E001</string><key>PayloadVersion</key><integer>1</integer>
<key>SSID_STR</key><string>Office</string><key>EncryptionType</key><string>WPA2</string><key>Password</key><string>%s</string></dict></array>
<key>PayloadDisplayName</key><string>Wi-Fi</string><key>PayloadIdentifier</key><string>org.acme.wifi</string><key>PayloadType</key><string>Configuration</string>
<key>PayloadUUID</key><string>0F1E2D3C-4B5A-4978-8695-A4B3C2D1E000</string><key>PayloadVersion</key><integer>1</integer></dict></plist>
`, html.EscapeString(echoedSecret))
	declaration := fmt.Sprintf(`{"Type": "com.apple.configuration.management.test", "Identifier": "org.acme.test", "ServerToken": "1", "Payload": {"Echo": "x", "clientSecret": %q}}`, echoedSecret)
	for name, text := range map[string]string{"p.mobileconfig": profile, "jamf.mobileconfig": strings.ReplaceAll(profile, html.EscapeString(echoedSecret), "hunter22-canary~"), "d.json": declaration} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pushes := map[string]string{"fleet": "p.mobileconfig", "intune --platform macos": "p.mobileconfig", "apple-business": "p.mobileconfig", "kmfddm": "d.json",
		"jamf --devices computers --client-id id": "jamf.mobileconfig", "nanomdm --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8": "p.mobileconfig"}
	for push, file := range pushes {
		variable := "SYNCGUARD_" + strings.ToUpper(strings.ReplaceAll(strings.Fields(push)[0], "-", "_"))
		environ := []string{variable + "_TOKEN=" + echoedSecret, variable + "_API_KEY=" + echoedSecret, variable + "_CLIENT_SECRET=" + echoedSecret, "HOME=" + t.TempDir()}
		for name, encode := range echoEncodings() {
			for _, signsIn := range []bool{true, false} {
				server := echoServer(encode, signsIn, false)
				for _, format := range []string{"text", "json"} {
					if format == "json" && name != "form" && name != "base64 at 60" {
						continue // the words are the same
					}
					var out bytes.Buffer
					env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Environ: environ, Now: time.Now}
					args := append(strings.Fields("push "+push), "--server", server.URL, "--format", format, file)
					code := Main(t.Context(), env, args, "test")
					if got := out.String(); leaks(got) || strings.Contains(got, "\x1b[31m") || strings.Contains(got, "\u202e") {
						t.Errorf("%s, %s, signs in: %t: %s", args, name, signsIn, got)
					} else if code == exitOK || code == exitUsage || !strings.Contains(got, "400") && !strings.Contains(push, "nanomdm") {
						t.Errorf("%s, %s: exit code %d, not refused: %s", args, name, code, got)
					} else if !strings.Contains(got, "(secret)") && !strings.Contains(got, "(data)") {
						t.Errorf("%s, %s: nothing was echoed: %s", args, name, got)
					}
				}
				server.Close()
			}
		}
	}
}

// Nor can a redirect, whose address and reason are the secrets of the request, when it signs in or sends.
func TestEchoingRedirect(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("p.mobileconfig", testdata(t, "shared", "push", "any.mobileconfig"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, push := range []string{"fleet", "intune --platform macos", "apple-business", "jamf --devices computers --client-id id"} {
		variable := "SYNCGUARD_" + strings.ToUpper(strings.ReplaceAll(strings.Fields(push)[0], "-", "_"))
		for _, name := range []string{"as it is", "form", "path", "HTML", "hex", "base64", "base64url"} {
			server := echoServer(echoEncodings()[name], false, true)
			var out bytes.Buffer
			env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Environ: []string{variable + "_TOKEN=" + echoedSecret, variable + "_CLIENT_SECRET=" + echoedSecret, "HOME=" + t.TempDir()}, Now: time.Now}
			if code := Main(t.Context(), env, append(strings.Fields("push "+push), "--server", server.URL, "p.mobileconfig"), "test"); leaks(out.String()) || code != exitFailed {
				t.Errorf("%s, %s: exit code %d: %s", push, name, code, out.String())
			}
			server.Close()
		}
	}
}
