package cli_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	gmtext "github.com/yuin/goldmark/text"
	"software.sslmate.com/src/go-pkcs12"

	"syncguard/internal/app"
	"syncguard/internal/cli"
	"syncguard/internal/doctor/doctortest"
)

// special are the commands in the documentation that need something, or do not end with exit code 0: those that begin so, on
// the page before the colon, or on any page.
var special = []struct {
	begin string
	code  int
	add   string // arguments for what this test does not have: a terminal, a device, an end
	parse string // why the command is only parsed
	play  string // the network that doctor sees, if not a healthy one
}{
	{begin: "syncguard verify corp.mobileconfig", code: 1},                // this machine does not have its root
	{begin: "syncguard verify --require-roots", code: 1},                  // signed by the development identity
	{begin: "syncguard verify --roots corp-root.pem --at", code: 1},       // the same
	{begin: "syncguard verify --pin 3f0e…c1", code: 2},                    // a fingerprint shortened for reading
	{begin: "README.md: syncguard lint --statistics", code: 1},            // of the same mistake
	{begin: "README.md: syncguard lint profiles/", code: 1},               // what it shows
	{begin: "syncguard effective profiles/ declarations/", code: 1},       // two Wi-Fi payloads for one network
	{begin: "syncguard lint --target iOS@19", code: 2},                    // what the page is about
	{begin: "syncguard lint --ignore hygiene --fail-on warning", code: 1}, // corp.mobileconfig has a password
	{begin: "syncguard push apple-business profiles/ --check", code: 1},   // the profiles are not there yet
	{begin: "syncguard push fleet profiles/ --team 12 --check", code: 1},  // the same
	{begin: "syncguard push nanomdm corp.mobileconfig --id E9085AF6 --webhook-listen", code: 3, add: "--wait 1ms"},
	{begin: "syncguard push nanomdm --list", code: 3, add: "--wait 1ms"}, // no device answers
	{begin: "docs/doctor.md: syncguard doctor", code: 1, play: "resolver-nxdomain"},
	{begin: "syncguard serve", add: "--expires 1ms"},
	{begin: "README.md: bin/syncguard serve --lan", parse: "needs an address in a local network"},
	{begin: "syncguard serve --lan", parse: "needs an address in a local network"},
	{begin: "syncguard init", add: "--name Acme --identifier com.acme"},
	{begin: "syncguard identity show acme.p12", add: "--passphrase env:P12_PASSPHRASE"},
	{begin: "syncguard identity csr --p12 acme.p12", add: "--passphrase env:P12_PASSPHRASE"},
	{begin: "syncguard sign wifi.mobileconfig -o signed.mobileconfig --p12 acme.p12", add: "--passphrase env:P12_PASSPHRASE"},
	{begin: "syncguard decrypt wifi-encrypted.mobileconfig --p12 device.p12", add: "--passphrase env:P12_PASSPHRASE"},
	{begin: `syncguard identity new --name "Acme Profile Signing" --key-type rsa2048 --encrypt`, parse: "asks for a passphrase at a terminal"},
	{begin: `syncguard identity csr --name "Acme Profile Signing"`, parse: "needs a security module, and a build with cgo"},
	{begin: "docs/signing.md: syncguard sign wifi.mobileconfig -o signed.mobileconfig --cert leaf.pem --chain intermediate.pem      --passphrase-file",
		parse: "needs a security module, and a build with cgo"},
	{begin: "syncguard push apple-business profiles/ --client-id", parse: "signs in at account.apple.com"},
	{begin: "syncguard sign wifi.mobileconfig -o signed.mobileconfig --cert leaf.pem --chain issuing.pem", parse: "the signer command is openssl"},
	{begin: "docs/signing.md: syncguard sign wifi.mobileconfig -o signed.mobileconfig --cert leaf.pem --chain intermediate.pem      --signer-command",
		parse: "the signer command is openssl"},
	{begin: "syncguard serve --lan", parse: "needs an address in a local network"},
	{begin: "syncguard web", code: 3}, // the tests are built without the page
	{begin: "syncguard lsp", code: 1}, // no editor says the end
	{begin: "docs/journeys.md: ", parse: "made of scripts, which run it"},
}

// fixtures are files that some pages need in place of the usual ones: for the commands that contain a text, on any page or on the
// page before the colon.
var fixtures = []struct{ part, file, from string }{
	{"--crl", "corp.mobileconfig", "testdata/shared/revocation/signed.mobileconfig"},
	{"syncguard fmt", "corp.mobileconfig", "made/corp.macos-supervised.mobileconfig"}, // not signed
	{"README.md: syncguard lint profiles/", "profiles/wifi.mobileconfig", "testdata/docs/wifi.mobileconfig"},
	{"docs/import.md: syncguard import profiles/", "profiles/corp.mobileconfig", "testdata/docs/corp.mobileconfig"},
	{"docs/import.md: syncguard import profiles/", "profiles/wifi.mobileconfig", ""},
	{"docs/plan.md: ", "restrictions.mobileconfig", "testdata/shared/plan/restrictions.mobileconfig"},
	{"docs/migrate.md: ", "corp.mobileconfig", "testdata/shared/migrate/corp.mobileconfig"},
	{"docs/export.md: syncguard export jamf profiles/", "profiles/corp.mobileconfig", "testdata/shared/export/p/corp.mobileconfig"},
	{"docs/export.md: syncguard export jamf profiles/", "profiles/phone.mobileconfig", "testdata/shared/export/p/phone.mobileconfig"},
	{"docs/export.md: syncguard export jamf profiles/", "profiles/wifi.mobileconfig", ""},
}

// notCompared are the outputs in the documentation that are not compared with the real ones.
var notCompared = map[string]string{
	"syncguard lint profiles/ --statistics":                     "of a large repository",
	"syncguard push nanomdm corp.mobileconfig --id E9085AF6 --": "no device answers here",
}

// others are the programs beside syncguard in the documentation, and why they are not run here.
var others = map[string]string{
	"make":    "would run this test; the Makefile is searched for the target",
	"git":     "changes settings, or needs the network; make e2e runs what docs/diff.md says of it",
	"openssl": "make test needs nothing but Go",
	"go":      "builds with cgo, or runs other tests",
	"curl":    "sends to a server of the reader's",
	"cd":      "leads to a folder of the reader's",
	"echo":    "writes for a CI system",
	"set":     "is a shell's own",
	"exec":    "talks to a security module",
	"claude":  "a client of the reader's",
}

// Every command that README.md, CONTRIBUTING.md, SECURITY.md and docs show ends as it should. Each section is read from top to
// bottom like a shell script, in a folder with the files that it names, beside servers that are played.
func TestCommandsInDocs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix")
	}
	all := cli.Pages(t)
	delete(all, "CHANGELOG.md")
	makefile := text(t, filepath.Join("..", "..", "Makefile"))
	files := newDocsFiles(t)
	used := make([]bool, len(special))
	run, compared, parsed, other := 0, 0, map[string]int{}, map[string]int{}
	for _, page := range slices.Sorted(maps.Keys(all)) {
		sections, spans := commandsOn(all[page])
		for _, span := range spans { // in a sentence
			if err := cli.Parse(strings.Fields(span)[1:]); err != nil {
				t.Errorf("%s: `%s`: %v", page, span, err)
			}
			parsed["in a sentence"]++
		}
		for _, lines := range sections {
			if len(lines) == 0 {
				continue
			}
			s := files.shell(t)
			for _, shown := range lines {
				line := shown.command
				where := page + ": " + line
				command, err := s.read(line)
				if err != nil {
					t.Errorf("%s: %v", where, err)
				}
				if len(command.args) == 0 {
					continue // export
				}
				program := strings.TrimPrefix(command.args[0], "bin/")
				if program != "syncguard" {
					if others[program] == "" {
						t.Errorf("%s: others does not name the program", where)
					}
					for _, target := range command.args[1:] {
						if inner, ok := strings.CutPrefix(target, "syncguard "); ok { // as git is told to run it
							if err := cli.Parse(strings.Fields(inner)); err != nil {
								t.Errorf("%s: %v", where, err)
							}
							parsed["run by git"]++
						}
						if program == "make" && !strings.Contains(target, "=") && !strings.Contains(makefile, "\n"+target+":") {
							t.Errorf("%s: the Makefile has no target %s", where, target)
						}
					}
					other[program]++
					continue
				}
				want, only := 0, ""
				s.play = "healthy"
				for i, x := range special {
					if strings.HasPrefix(line, x.begin) || strings.HasPrefix(where, x.begin) {
						used[i], want, only, s.play = true, x.code, x.parse, cmp.Or(x.play, s.play)
						command.args = append(command.args, strings.Fields(x.add)...)
					}
				}
				if only != "" {
					if err := cli.Parse(command.args[1:]); err != nil {
						t.Errorf("%s: %v", where, err)
					}
					parsed[only]++
					continue
				}
				run++
				s.lay(t, page, line)
				got, output := s.run(t, command)
				if got != want {
					t.Errorf("%s: exit code %d, want %d\n%.700s", where, got, want, output)
				}
				if shown.output != "" && !slices.ContainsFunc(slices.Collect(maps.Keys(notCompared)), func(begin string) bool { return strings.HasPrefix(line, begin) }) {
					compared++
					expectShown(t, where, output, shown.output)
				}
				s.clear(t)
			}
		}
	}
	for i, x := range special {
		if !used[i] {
			t.Errorf("special: no page shows %q", x.begin)
		}
	}
	t.Logf("%d run, %d outputs compared, not: %v; only parsed: %v; other programs: %v", run, compared, notCompared, parsed, other)
}

// expectShown wants an output of the documentation in a real one. Numbers and the width of the terminal do not count, and
// something may be left out at a "…".
func expectShown(t *testing.T, where, real, shown string) {
	t.Helper()
	number := regexp.MustCompile(`[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}|http://[0-9.:]+|https://mdm.example.com|\d+([.,]\d+)*`)
	plain := func(text string) string {
		return strings.Join(strings.Fields(number.ReplaceAllString(text, "0")), " ")
	}
	rest := plain(real)
	for part := range strings.SplitSeq(shown, "…") {
		part = plain(part)
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Errorf("%s: the page shows what it does not print: %q\nit prints: %s", where, part, real)
			return
		}
		rest = after
	}
}

var shellLine = regexp.MustCompile(`^(?:[A-Z0-9_]+=\S+ )*(?:bin/)?(syncguard|make|git|openssl|go|export|set|curl|cd|echo) `)

// commandsOn returns the commands on a page by its sections, each on one line: those in blocks of the language sh, those behind
// a $, and the indented ones. Spans are the commands of syncguard in its sentences.
func commandsOn(page string) (sections [][]docsLine, spans []string) {
	source := []byte(page)
	sections = [][]docsLine{nil}
	var last ast.Node // the last block of commands
	_ = ast.Walk(goldmark.DefaultParser().Parse(gmtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		fenced, isFenced := n.(*ast.FencedCodeBlock)
		switch {
		case n.Kind() == ast.KindHeading:
			sections = append(sections, nil)
		case n.Kind() == ast.KindCodeSpan:
			var b strings.Builder
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				b.Write(c.(*ast.Text).Segment.Value(source))
				b.WriteByte(' ')
			}
			if span := b.String(); strings.HasPrefix(span, "syncguard ") && !strings.ContainsAny(span, "[*") {
				spans = append(spans, span)
			}
		case n.Kind() == ast.KindCodeBlock || isFenced:
			isShell := isFenced && string(fenced.Language(source)) == "sh"
			section := &sections[len(sections)-1]
			if isFenced && len(fenced.Language(source)) == 0 && n.PreviousSibling() == last && last != nil {
				(*section)[len(*section)-1].output = string(n.Lines().Value(source))
				return ast.WalkContinue, nil
			}
			lines := strings.NewReplacer("\\\n", " ", "|\n", "| ").Replace(string(n.Lines().Value(source)))
			prompted := false // the block shows what a command prints
			for line := range strings.Lines(lines) {
				whole := line
				line = strings.TrimSpace(line)
				command, isPrompted := strings.CutPrefix(line, "$ ")
				if isPrompted || isShell && line != "" && line[0] != '#' || !isFenced && shellLine.MatchString(line+" ") {
					*section, last, prompted = append(*section, docsLine{command: command}), n, isPrompted
				} else if prompted {
					(*section)[len(*section)-1].output += whole
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return sections, spans
}

// docsLine is a command on a page, and the output that the page shows.
type docsLine struct{ command, output string }

// docsFiles holds the files that the documentation speaks of.
type docsFiles struct {
	dir     string
	environ map[string]string
}

// phones is the export of docs/fleet.md: 5,000 iPhones.
func phones() string {
	var b strings.Builder
	b.WriteString("Serial Number,Device Name,Model,Operating System,OS Version,Enrollment,Supervised,Group\n")
	versions := []string{"26.4", "18.6.2", "26.1", "27.0", "26.4", "18.7.1", "27.2", "26.0.1", "26.4", "17.7.2", "27.0", "18.1.1", "26.1"}
	enrollments := []string{"Automated Device Enrollment,Yes", "Automated Device Enrollment,Yes", "Device Enrollment,No", "Automated Device Enrollment,Yes", "User Enrollment,No"}
	groups := []string{"Shops", "Shops", "Sales", "Shops", "Support", "Warehouse", "Office"}
	for i := range 5000 {
		version, enrollment := versions[i%13], enrollments[i*7%11%5]
		switch {
		case i%104 == 17:
			version = ""
		case i%42 == 5:
			enrollment = ",No"
		}
		fmt.Fprintf(&b, "F%09dQ,iPhone %d,iPhone %d,iOS,%s,%s,%s\n", i, i+1, 12+i%5, version, enrollment, groups[i%7])
	}
	return b.String()
}

func newDocsFiles(t *testing.T) *docsFiles {
	t.Helper()
	f := &docsFiles{dir: t.TempDir(), environ: map[string]string{
		"P12_PASSPHRASE": "hunter2", "WIFI_PASSWORD": "correct horse", "SCEP_CHALLENGE": "challenge",
		"SYNCGUARD_JAMF_CLIENT_ID": "client", "SYNCGUARD_JAMF_CLIENT_SECRET": "right-secret", "SYNCGUARD_FLEET_TOKEN": "right-token",
		"SYNCGUARD_NANOMDM_API_KEY": "right-key", "SYNCGUARD_KMFDDM_API_KEY": "right-key", "SYNCGUARD_INTUNE_TOKEN": "right-token",
		"SYNCGUARD_APPLE_BUSINESS_TOKEN": "right-token",
	}}
	f.make(t)
	return f
}

// make writes the files, and has syncguard make the profiles among them.
func (f *docsFiles) make(t *testing.T) {
	t.Helper()
	write := func(name, text string) {
		path := filepath.Join(f.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for to, from := range map[string]string{
		"old.mobileconfig": "shared/diff/old.mobileconfig", "new.mobileconfig": "shared/diff/new.mobileconfig",
		"leaf.pem": "pki/leaf.pem", "leaf.key": "pki/leaf.key", "intermediate.pem": "pki/intermediate.pem", "issuing.pem": "pki/intermediate.pem",
		"acme.p12": "pki/acme.p12", "acme.key": "pki/leaf.key", "root.pem": "pki/root.pem", "mac.pem": "pki/leaf.pem", "mac.key": "pki/leaf.key",
		"device.pem": "shared/encrypt/device.pem", "device.key": "shared/encrypt/device.key", "a.pem": "shared/encrypt/device.pem", "b.pem": "shared/encrypt/device.pem",
		"corp-root.pem": "shared/revocation/root.pem", "corp-root.crl": "shared/revocation/root.crl", "issuing.crl": "shared/revocation/issuing.crl",
		"wifi.yaml": "shared/wifi/wifi.yaml", "lab.yaml": "shared/wifi/lab.yaml", "berlin.yaml": "shared/wifi/berlin.yaml", "acme-root.pem": "shared/wifi/acme-root.pem", "lab-root.pem": "shared/wifi/lab-root.pem",
	} {
		write(to, text(t, filepath.Join("testdata", filepath.FromSlash(from))))
	}
	for name, secret := range map[string]string{"jamf.secret": "right-secret", "nanomdm.key": "right-key", "fleet.token": "right-token"} {
		write(name, secret+"\n")
	}
	write("devices.csv", phones())
	write("devices.txt", "E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8\n")
	write("declarations/passcode.json", `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "com.acme.passcode", "Payload": {"MinimumLength": 8}}`)
	organization := "organization: {name: Acme, identifier: com.acme}\n"
	for _, name := range []string{"acme", "north", "south"} {
		write(name+".yaml", organization+"profile: {identifier: "+name+", displayName: "+name+"}\ntargets: [iOS/supervised, macOS/supervised]\n")
	}
	payload := func(id, kind, keys string) string {
		return "  - {id: " + id + ", type: " + kind + ", keys: {" + keys + "}}\n"
	}
	head := func(name string) string {
		return organization + "targets: [macOS/supervised]\nprevention: false\nprofile: {identifier: " + name + ", displayName: " + name + ", scope: System}\npayloads:\n"
	}
	restrictions := func(name, keys string) string {
		return `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>PayloadIdentifier</key><string>com.acme.` + name + `</string><key>PayloadContent</key><array>` + keys + `</array></dict></plist>`
	}
	write("it.mobileconfig", restrictions("it", `<dict><key>PayloadType</key><string>com.apple.applicationaccess</string><key>allowCamera</key><true/><key>blockedAppBundleIDs</key><array><string>com.acme.chat</string><string>com.acme.games</string></array></dict>`))
	write("school.mobileconfig", restrictions("school", `<dict><key>PayloadType</key><string>com.apple.applicationaccess</string><key>allowCamera</key><false/><key>blockedAppBundleIDs</key><array><string>com.acme.games</string><string>com.acme.news</string></array></dict><dict><key>PayloadType</key><string>com.apple.dock</string><key>autohide</key><true/></dict>`))
	write("passcode.mobileconfig", restrictions("passcode", `<dict><key>PayloadType</key><string>com.apple.mobiledevice.passwordpolicy</string><key>minLength</key><integer>6</integer><key>maxInactivity</key><integer>5</integer></dict>`))
	write("passcode.json", `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "com.acme.ddm", "Payload": {"MinimumLength": 8, "RequirePasscode": true}}`)
	write("templates/wifi.yaml", head("wifi")+payload("wifi", "com.apple.wifi.managed", "SSID_STR: Office, EncryptionType: WPA2"))
	write("templates/corp.yaml", head("corp")+payload("passcode", "com.apple.mobiledevice.passwordpolicy", "minLength: 8")+
		payload("wifi", "com.apple.wifi.managed", `SSID_STR: Office, EncryptionType: WPA2, Password: "${wifi-password}"`)+
		"variables: {wifi-password: {secret: env:WIFI_PASSWORD}}\n")
	if err := os.CopyFS(filepath.Join(f.dir, "device-management"), os.DirFS(filepath.Join(testFolder, "testdata", "shared", "schema", "apple"))); err != nil {
		t.Fatal(err)
	}
	s := f.shellIn(t, f.dir)
	for _, line := range []string{
		"syncguard build builtin:prevention",
		"syncguard build builtin:prevention -o dist-main",
		"syncguard build templates/corp.yaml templates/wifi.yaml --unsigned -o made",
		"syncguard sign made/corp.macos-supervised.mobileconfig -o corp.mobileconfig --cert leaf.pem --key leaf.key --chain intermediate.pem",
		"syncguard encrypt made/wifi.macos-supervised.mobileconfig --recipient device.pem -o wifi-encrypted.mobileconfig",
		"syncguard export fleet made -o fleet-gitops --team Workstations",
		"syncguard export jamf made -o jamf",
		"syncguard schema import device-management",
		"syncguard schema import --project device-management",
	} {
		c, err := s.read(line)
		if err != nil {
			t.Fatal(err)
		}
		if code, output := s.run(t, c); code != 0 {
			t.Fatalf("%s: exit code %d\n%s", line, code, output)
		}
	}
	for _, name := range []string{"corp", "wifi"} {
		made := text(t, filepath.Join(f.dir, "made", name+".macos-supervised.mobileconfig"))
		write("profiles/"+name+".mobileconfig", made)
		if name == "wifi" {
			write("wifi.mobileconfig", made)
		}
	}
	write("jamf-export.xml", text(t, filepath.Join(f.dir, "jamf", "corp.macos-supervised.xml")))
	write("device.p12", keyStore(t))
}

// keyStore returns the key of device.pem as a PKCS#12 file.
func keyStore(t *testing.T) string {
	t.Helper()
	blockOf := func(name string) []byte {
		block, _ := pem.Decode([]byte(text(t, filepath.Join("testdata", "shared", "encrypt", name))))
		return block.Bytes
	}
	key, err := x509.ParsePKCS8PrivateKey(blockOf("device.key"))
	certificate, certErr := x509.ParseCertificate(blockOf("device.pem"))
	if err := errors.Join(err, certErr); err != nil {
		t.Fatal(err)
	}
	data, err := pkcs12.Modern.Encode(key, certificate, nil, "hunter2")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// docsShell runs the commands of one section.
type docsShell struct {
	files   *docsFiles
	dir     string
	environ map[string]string
	rename  *strings.Replacer // addresses in the documentation to those of the played servers
	laid    []string          // templates laid for one command
	play    string            // the network that doctor sees
}

func (f *docsFiles) shell(t *testing.T) *docsShell {
	t.Helper()
	return f.shellIn(t, t.TempDir())
}

// shellIn starts in a folder, beside new servers.
func (f *docsFiles) shellIn(t *testing.T, dir string) *docsShell {
	t.Helper()
	s := &docsShell{files: f, dir: dir, environ: maps.Clone(f.environ)}
	for name, value := range map[string]string{"HOME": dir, "XDG_CONFIG_HOME": filepath.Join(dir, ".config")} {
		s.environ[name] = value
		t.Setenv(name, value)
	}
	start := func(name string, h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		s.environ["SYNCGUARD_"+name+"_URL"] = server.URL
		return server.URL
	}
	start("INTUNE", convergences["intune"].server())
	start("APPLE_BUSINESS", convergences["apple-business"].server())
	s.rename = strings.NewReplacer(
		"https://acme.jamfcloud.com", start("JAMF", convergences["jamf"].server()), "4d35…", "client",
		"https://fleet.example.com", start("FLEET", convergences["fleet"].server()),
		"https://mdm.example.com", start("NANOMDM", servers["nanomdm"]()),
		"https://ddm.example.com", start("KMFDDM", convergences["kmfddm"].server()),
		"192.168.1.20:8443", "127.0.0.1:0", "0.0.0.0:8080", "127.0.0.1:0", "127.0.0.1:9001", "127.0.0.1:0",
	)
	t.Chdir(dir)
	return s
}

// lay copies the files that a command names and does not write. Templates are there for this command only: with one in its
// folder, build wants to be told which.
func (s *docsShell) lay(t *testing.T, page, line string) {
	t.Helper()
	entries, err := os.ReadDir(s.files.dir)
	if err != nil {
		t.Fatal(err)
	}
	isLab := strings.Contains(line, "lab.yaml")
	for _, e := range entries {
		name := e.Name()
		mentioned := slices.ContainsFunc([]string{" ", ":", "~/"}, func(before string) bool { return strings.Contains(line, before+name) }) && !strings.Contains(line, "-o "+name) && !strings.Contains(line, "init ")
		inUse := isLab && slices.Contains([]string{"berlin.yaml", "wifi.yaml", "acme-root.pem", "lab-root.pem"}, name)
		alone := name == "profiles" && slices.Contains([]string{"syncguard lint", "syncguard validate"}, line)
		if _, err := os.Stat(name); err == nil || !(mentioned || inUse || alone) {
			continue
		}
		if filepath.Ext(name) == ".yaml" {
			s.laid = append(s.laid, name)
		}
		err := fs.WalkDir(os.DirFS(s.files.dir), name, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(filepath.Join(s.files.dir, path))
			return errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o600))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range fixtures {
		if !strings.Contains(page+": "+line, x.part) || !strings.Contains(line, strings.Split(x.file, "/")[0]) {
			continue
		}
		err := os.Remove(x.file)
		if x.from != "" {
			from := filepath.Join(testFolder, x.from)
			if !strings.HasPrefix(x.from, "testdata/") {
				from = filepath.Join(s.files.dir, x.from)
			}
			err = os.WriteFile(x.file, []byte(text(t, from)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// clear removes the templates again.
func (s *docsShell) clear(t *testing.T) {
	t.Helper()
	for _, name := range s.laid {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	s.laid = nil
}

// docsCommand is one command line up to a pipe.
type docsCommand struct {
	args    []string
	environ []string
	out     string // the file behind >
}

var assignment = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*=`)

// read splits a line as a shell does: quotes, comments, assignments, patterns, ~ and >. It ends at a pipe.
func (s *docsShell) read(line string) (c docsCommand, err error) {
	var fields []string
	word, quote, inWord := "", rune(0), false
	end := func() {
		if inWord {
			fields = append(fields, word)
		}
		word, inWord = "", false
	}
scan:
	for _, r := range s.rename.Replace(line) {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ':
			end()
		case (r == '#' || r == '|') && !inWord:
			break scan
		default:
			word, inWord = word+string(r), true
		}
	}
	if quote != 0 {
		return c, fmt.Errorf("a quote is open")
	}
	end()
	isExport := len(fields) > 0 && fields[0] == "export"
	if isExport {
		fields = fields[1:]
	}
	environ := maps.Clone(s.environ)
	for len(fields) > 0 && assignment.MatchString(fields[0]) {
		name, value, _ := strings.Cut(fields[0], "=")
		environ[name] = value
		fields = fields[1:]
	}
	if isExport {
		s.environ = environ
	}
	for name, value := range environ {
		c.environ = append(c.environ, name+"="+value)
	}
	for i := 0; i < len(fields); i++ {
		field := strings.Replace(fields[i], "~/", environ["HOME"]+"/", 1)
		if field == ">" && i+1 < len(fields) {
			i++
			c.out = fields[i]
			continue
		}
		c.args = append(c.args, field)
	}
	return c, nil
}

// run runs a command in this process, and returns its exit code and what it printed.
func (s *docsShell) run(t *testing.T, c docsCommand) (code int, output string) {
	t.Helper()
	var args []string
	for _, arg := range c.args[1:] {
		names, _ := filepath.Glob(arg)
		if !strings.Contains(arg, "*") || len(names) == 0 {
			names = []string{arg}
		}
		args = append(args, names...)
	}
	var out, errs bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Environ: c.environ, Now: time.Now, Network: func() *app.Network {
		network, stop := doctortest.Start(doctortest.Plays()[s.play])
		t.Cleanup(stop)
		return network
	}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a command that never ends must not hang the test
	defer cancel()
	code = cli.Main(ctx, env, args, "v0.0.0-test")
	if c.out != "" {
		if err := os.WriteFile(c.out, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return code, errs.String() + out.String()
}

// testFolder is found before any test changes the folder.
var testFolder, _ = filepath.Abs(".")

func text(t *testing.T, path string) string {
	t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(testFolder, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
