package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Where a template takes a secret in a name, an identifier, a type, a UUID or a setting, nothing is built and nothing shows it;
// where it may hold one, only the profile has it, and others than the owner read neither the profile nor the report.
func TestSecretsNameNothing(t *testing.T) {
	const core = "hunter22canary"
	template := func(path, value string) string {
		at := map[string]string{"organization.name": "Acme", "organization.identifier": "com.acme", "profile.identifier": "p", "payloads.id": "app", "payloads.type": "com.acme.app"}
		at[path] = value
		var b strings.Builder
		section := func(head, prefix string, names ...string) {
			b.WriteString(head)
			for _, name := range names {
				if v := at[prefix+name]; v != "" {
					fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat(" ", 2*strings.Count(prefix, ".")+map[bool]int{true: 2}[prefix == "payloads."]), name, v)
				}
			}
		}
		section("organization:\n", "organization.", "name", "identifier")
		section("profile:\n", "profile.", "identifier", "displayName", "description", "scope", "languages", "expires", "consent")
		section("  removal: {disallowed: false}\n", "profile.", "nothing")
		if path == "profile.removal.passcode" {
			b.Reset()
			b.WriteString("organization: {name: Acme, identifier: com.acme}\nprofile: {identifier: p, removal: {passcode: " + value + "}}\n")
		}
		b.WriteString("targets: [macOS@26/supervised" + at["targets"] + "]\n")
		section("prevention:\n  dns:\n    provider: custom\n    protocol: https\n", "prevention.dns.", "serverURL", "name", "localDomains", "exemptNetworks")
		if at["prevention.dns.serverURL"] == "" {
			b.WriteString("    serverURL: https://dns.acme.com/x\n")
		}
		section("  date-time:\n    automatic: true\n", "prevention.date-time.", "timeServer", "timeZone")
		section("variables:\n  s:\n    secret: env:S\npayloads:\n  - raw: false\n", "payloads.", "id", "type", "displayName", "description", "identifier", "uuid", "keys")
		return b.String()
	}
	names := map[string]string{"organization.name": `"Acme ${s}"`, "organization.identifier": `"com.${s}"`, "profile.identifier": "${s}", "profile.displayName": `"Wi-Fi ${s}"`, "profile.scope": "${s}",
		"profile.languages": `["${s}"]`, "profile.expires": "${s}", "targets": `, "${s}"`, "prevention.dns.name": `"${s}"`, "prevention.date-time.timeServer": "${s}.example.com", "prevention.date-time.timeZone": "${s}",
		"payloads.id": "${s}", "payloads.type": "com.${s}", "payloads.displayName": "${s}", "payloads.identifier": "com.acme.${s}", "payloads.uuid": "${s}", "payloads.keys": "{Blob: {$file: \"${s}\"}}"}
	private := map[string]string{"profile.description": "${s}", "profile.consent": "${s}", "profile.removal.passcode": `"${s}"`, "payloads.description": "${s}", "payloads.keys": `{Password: "${s}"}`,
		"prevention.dns.serverURL": "https://dns.acme.com/${s}", "prevention.dns.localDomains": `["${s}.example.com"]`, "prevention.dns.exemptNetworks": `["${s}"]`}
	for _, all := range []map[string]string{names, private} {
		for path, value := range all {
			isName := fmt.Sprint(all) == fmt.Sprint(names)
			t.Run(path, func(t *testing.T) {
				t.Chdir(t.TempDir())
				if err := os.WriteFile("t.yaml", []byte(template(path, value)), 0o600); err != nil {
					t.Fatal(err)
				}
				for _, args := range []string{"build --unsigned -o out --report html,md t.yaml", "build --unsigned --format json -o out2 t.yaml", "lint t.yaml", "lint --format sarif t.yaml", "coverage t.yaml", "coverage --format html t.yaml", "coverage --keys t.yaml"} {
					var out bytes.Buffer
					env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Environ: []string{"S=" + core}, Now: time.Now}
					code := Main(t.Context(), env, strings.Fields(args), "test")
					expectNoCanary(t, args, out.String(), encodings(core))
					if isBuild := strings.HasPrefix(args, "build"); isName && isBuild && (code != exitFindings || !strings.Contains(out.String(), "secret-in-name")) || !isName && isBuild && code != exitOK {
						t.Errorf("%s: exit code %d: %s\n%s", args, code, out.String(), template(path, value))
					} else if isName && isBuild && !strings.Contains(args, "json") && !strings.Contains(out.String(), "t.yaml:") {
						t.Errorf("%s: no line: %s", args, out.String())
					}
				}
				held := 0
				_ = filepath.WalkDir("out", func(name string, d fs.DirEntry, err error) error {
					if err != nil || d.IsDir() {
						return nil
					}
					expectNoCanary(t, "the name", name, []string{core})
					info, _ := d.Info()
					if info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
						t.Errorf("%s has the mode %04o", name, info.Mode().Perm())
					}
					if strings.Contains(name, "report.") {
						expectNoCanary(t, name, readText(t, name), []string{core})
					} else if strings.Contains(readText(t, name), core) {
						held++
					}
					return nil
				})
				if (held == 0) != isName {
					t.Errorf("%d files hold the secret", held)
				}
			})
		}
	}
}

// The content of a signed profile has the readers of the profile, and no more.
func TestExtractKeepsTheMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no mode")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("p.mobileconfig", canaryProfile(t, "", true, ""), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"HOME=" + t.TempDir()}
	runWith(t, environ, strings.Fields("sign p.mobileconfig -o signed.mobileconfig"))
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o644} {
		if err := os.Chmod("signed.mobileconfig", mode); err != nil {
			t.Fatal(err)
		}
		out := runWith(t, environ, strings.Fields("extract signed.mobileconfig -o out.mobileconfig"))
		if info, err := os.Stat("out.mobileconfig"); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%04o: %v, %v: %s", mode, info, err, out)
		}
	}
}
