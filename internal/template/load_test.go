package template

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
)

const organization = "organization: {name: Acme, identifier: com.acme}\n"

// loadText loads one template given as text.
func loadText(t *testing.T, text string, set ...string) (*Spec, []diag.Diagnostic) {
	t.Helper()
	return loadFiles(t, map[string]string{"t.yaml": text}, Input{Name: "t.yaml", Set: set})
}

func loadFiles(t *testing.T, files map[string]string, in Input) (*Spec, []diag.Diagnostic) {
	t.Helper()
	root, builtin := fstest.MapFS{}, fstest.MapFS{}
	for name, text := range files {
		if rest, ok := strings.CutPrefix(name, "builtin:"); ok {
			builtin[rest+".yaml"] = &fstest.MapFile{Data: []byte(text)}
			continue
		}
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	loader := &Loader{Root: root, Builtin: builtin, Env: testEnv, ReadFile: root.ReadFile}
	spec, found, err := loader.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	if spec == nil && !diag.HasErrors(found) {
		t.Error("no spec, and no error")
	}
	return spec, found
}

func testEnv(name string) (string, bool) {
	values := map[string]string{"TOKEN": "env-secret-77", "PORT": "8443", "EMPTY": ""}
	v, ok := values[name]
	return v, ok
}

// show writes findings as line:column-line:column severity rule: message (help).
func show(found []diag.Diagnostic) []string {
	var lines []string
	for _, d := range found {
		where := "-"
		if !d.Span.IsZero() {
			from, to := d.Span.File.Position(d.Span.Start), d.Span.File.Position(d.Span.End)
			where = fmt.Sprintf("%d:%d-%d:%d", from.Line, from.Column, to.Line, to.Column)
		}
		line := fmt.Sprintf("%s %s %s: %s", where, d.Severity, d.Rule, d.Message)
		if d.Help != "" {
			line += " (" + d.Help + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

func expect(t *testing.T, found []diag.Diagnostic, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, show(found)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for _, d := range found {
		if _, ok := rules.Find(d.Rule); !ok {
			t.Errorf("rule %q has no page", d.Rule)
		}
		if strings.HasSuffix(d.Message, ".") {
			t.Errorf("message ends with a full stop: %s", d.Message)
		}
	}
}

func TestFindings(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"minimal", organization, nil},
		{"empty", "", []string{`1:1-1:1 error missing-template-key: the template is empty (add organization, or extends: builtin:prevention)`}},
		{"list", "- a\n", []string{`1:1-1:4 error wrong-template-type: the file is a list, want a mapping (syncguard init writes a template to start from)`}},
		{"two documents", organization + "---\na: 1\n", []string{`2:1-2:1 error invalid-yaml: a second YAML document starts here, want one document (put the second document into a file of its own)`}},
		{"syntax", organization + "targets: [iOS\nprofile: {}\n", []string{`3:8-3:9 error invalid-yaml: invalid YAML: the list in [ ] is not closed (close it with ], or put a comma between its items)`}},
		{"tab", organization + "profile:\n\tscope: System\n", []string{`3:1-3:2 error invalid-yaml: invalid YAML: a tab indents the line (indent with spaces)`}},
		{"not UTF-8", "a: \xff\n", []string{`1:4-1:5 error invalid-yaml: the file is not UTF-8 text`}},
		{"control character", "a: b\nc: \x01\n", []string{`2:4-2:5 error invalid-yaml: control character U+0001 is not allowed`}},
		{"unknown key", organization + "prevention:\n  dns:\n    matchDomain: [a.b]\n", []string{
			`4:5-4:16 error unknown-template-key: unknown key "matchDomain" under prevention.dns (did you mean "matchDomains"?)`}},
		{"unknown key at the top", organization + "verion: 1\n", []string{
			`2:1-2:7 error unknown-template-key: unknown key "verion" (use one of extends, organization, profile, targets, prevention, payloads, variables)`}},
		{"all at once", "organization: {name: [], identifier: acme}\nprofile: {scope: system, expires: soon}\ntargets: iOS\n", []string{
			`1:22-1:24 error wrong-template-type: "organization.name" is a list, want text`,
			`1:38-1:42 error invalid-template-value: "organization.identifier" is "acme", want a reversed domain such as com.acme`,
			`2:18-2:24 error invalid-template-value: "profile.scope" is "system", want one of "System", "User" (did you mean "System"?)`,
			`2:35-2:39 error invalid-template-value: "profile.expires" is "soon", want a date such as 2027-01-31`,
			`3:10-3:13 error wrong-template-type: "targets" is "iOS", want a list (put the value in brackets)`}},
		{"missing", "organization: {name: Acme}\n", []string{
			`1:1-1:13 error missing-template-key: "organization.identifier" is missing (add identifier, such as identifier: com.acme)`}},
		{"yes is text", organization + "prevention:\n  updates: {automatic: yes}\n", []string{
			`3:24-3:27 error wrong-template-type: "prevention.updates.automatic" is "yes", want true or false (write true, without quotes: yes is text in YAML 1.2)`}},
		{"number for text", organization + "profile: {displayName: 5}\n", []string{
			`2:24-2:25 error wrong-template-type: "profile.displayName" is 5, want text (put the value in quotes)`}},
		{"targets", organization + "targets: [iOS/manual, iSO, ios@26/manual, iOS/manual, tvOS/user]\n", []string{
			`2:23-2:26 error invalid-target: "targets[1]" is "iSO", want PLATFORM[@VERSION][/ENROLLMENT] (did you mean "iOS"?)`,
			`2:28-2:41 error repeated-item: "ios@26/manual" is the same target as an earlier one in "targets"`,
			`2:43-2:53 error repeated-item: "iOS/manual" repeats in "targets"`,
			`2:55-2:64 error invalid-target: "targets[4]" is "tvOS/user", want PLATFORM[@VERSION][/ENROLLMENT]: tvOS has no User Enrollment (write it as iOS@18.2/supervised; docs/targets.md lists the platforms and enrollments)`}},
		{"duplicate key", organization + "targets: [iOS]\ntargets: [macOS]\n", []string{`3:1-3:8 error duplicate-template-key: key "targets" repeats`}},
		{"key that is no text", organization + "1: x\n", []string{`2:1-2:2 error invalid-template-key: a key is 1, want a string (put the key in quotes)`}},
		{"example identifier", "organization: {name: Acme, identifier: com.example.acme}\n", []string{
			`1:40-1:56 warning example-identifier: "organization.identifier" is "com.example.acme", a domain reserved for examples (use your own domain, reversed, before building for devices)`}},
		{"non-ASCII before it", "organization: {name: Ümläut 𝕏, identifier: x}\n", []string{
			`1:44-1:45 error invalid-template-value: "organization.identifier" is "x", want a reversed domain such as com.acme`}},
		{"CRLF and BOM", "\xef\xbb\xbforganization:\r\n  name: Acme\r\n  identifier: x\r\n", []string{
			`3:15-3:16 error invalid-template-value: "organization.identifier" is "x", want a reversed domain such as com.acme`}},
		{"line separators of YAML", "# \u0085# \u2028\norganization:\n  name: \"a\u2029b\"\n  identifier: x\n", []string{
			`4:15-4:16 error invalid-template-value: "organization.identifier" is "x", want a reversed domain such as com.acme`}},
		{"tabs after the colon", "organization:\n  name:\tAcme\n  identifier:\t\t'x'\t# no\n", []string{
			`3:16-3:19 error invalid-template-value: "organization.identifier" is "x", want a reversed domain such as com.acme`}},
		{"tag, anchor and folding", "organization:\n  name: Acme\n  identifier: !!str &a\n    not\n    good\n", []string{
			`4:5-5:9 error invalid-template-value: "organization.identifier" is "not good", want a reversed domain such as com.acme`}},
		{"block scalar", "organization:\n  name: Acme\n  identifier: >-\n    not\n\n    good\n\nprofile: 3\n", []string{
			`3:15-6:9 error invalid-template-value: "organization.identifier" is "not\ngood", want a reversed domain such as com.acme`,
			`8:10-8:11 error wrong-template-type: "profile" is 3, want a mapping`}},
		{"freeze", organization + "prevention: {cellular: {freezeToggles: true}}\n", []string{
			`2:25-2:38 error unconfirmed-freeze: "prevention.cellular.freezeToggles" freezes the cellular data switches: one now off stays off (turn cellular data for iCloud on first, add confirmTogglesAreOn: true, and only then install)`}},
		{"custom dns", organization + "prevention: {dns: {provider: custom, protocol: tls, serverURL: \"https://d.acme/q\"}}\n", []string{
			`2:14-2:17 note missing-addresses: "prevention.dns.addresses" is missing, so the network's resolver must find the server first (add addresses)`,
			`2:14-2:17 error missing-template-key: "prevention.dns.serverName" is missing: the provider "custom" needs it for the protocol "tls" (add serverName, such as serverName: dns.acme.example)`,
			`2:53-2:62 error conflicting-template-keys: "prevention.dns.serverURL" does not fit the protocol "tls" (use serverName, or change the protocol)`}},
		{"custom keys without custom", organization + "prevention: {dns: {addresses: [1.1.1.1, 1.2.3]}}\n", []string{
			`2:20-2:29 error conflicting-template-keys: "prevention.dns.addresses" needs the provider "custom" (write provider: custom, or remove addresses)`,
			`2:41-2:46 error invalid-template-value: "prevention.dns.addresses[1]" is "1.2.3", want an IPv4 or IPv6 address: it is malformed`}},
		{"provider and providers", organization + "prevention: {dns: {provider: google, providers: [quad9], combine: failover}}\n", []string{
			`2:38-2:47 error conflicting-template-keys: "provider" and "providers" are both set (name every provider under providers)`,
			`2:58-2:65 warning key-without-effect: "prevention.dns.combine" has no effect with a single provider (remove it, or add providers)`}},
		{"storage", organization + "prevention: {storage: {optimizeMac: true, allowCloudBackup: false}}\n", []string{
			`2:24-2:35 error needs-experimental: "prevention.storage.optimizeMac" needs experimental: true, because it is unproven and moves local copies to iCloud (add experimental: true beside it, or remove it)`,
			`2:43-2:59 warning stops-backups: "prevention.storage.allowCloudBackup" is false, so devices stop backing up to iCloud, and a lost device is lost data (make sure the devices are backed up some other way)`}},
		{"removal", organization + "profile: {removal: {date: 2027-12-31, after: 0d}}\n", []string{
			`2:39-2:44 note conflicting-template-keys: "date" and "after" are both set, and the earlier date counts`,
			`2:46-2:48 error invalid-template-value: "profile.removal.after" is "0d", want a duration such as 30d, 12h or 90m: it is zero`}},
		{"payload", organization + "payloads:\n  - id: a b\n    keys: {PayloadType: x, n: null, l: [~]}\n  - {id: c, type: com.x, targets: [watchOS], uuid: 7c1f9e52-0e7b-5d0a-9b60-3f2a9c3c0e11}\n  - {id: c, type: com.x}\n", []string{
			`3:5-3:7 error missing-template-key: "payloads[0].type" is missing (add type, such as type: com.apple.wifi.managed)`,
			`3:9-3:12 error invalid-template-value: "payloads[0].id" is "a b", want letters, digits, dots, underscores and hyphens`,
			`4:12-4:23 error reserved-key: "PayloadType" is reserved: syncguard writes it (set type beside keys instead)`,
			`4:28-4:29 error null-in-payload: "payloads[0].keys.n" has no value, and a payload cannot contain null (give it a value, or remove the key)`,
			`4:41-4:42 error null-in-payload: "payloads[0].keys.l[0]" has no value, and a payload cannot contain null (give it a value, or remove the key)`,
			`5:26-5:33 warning payload-without-target: payload "c" matches none of the template's targets (change its targets, or add one to the template)`,
			`5:52-5:88 error invalid-template-value: "payloads[1].uuid" is "7c1f9e52-0e7b-5d0a-9b60-3f2a9c3c0e11", want a UUID in upper case (write it in upper case)`,
			`6:10-6:11 error repeated-item: payload id "c" repeats`}},
		{"bad scalars", organization + "payloads:\n  - {id: a, type: b, keys: {a: !!int x, b: .inf, c: !!binary \"*\", d: !foo x, e: !!set {}, f: !!bool no}}\n", []string{
			`3:38-3:39 error invalid-yaml: "x" is not an integer from -2^63 to 2^64-1`,
			`3:44-3:48 error invalid-yaml: ".inf" is not a finite number`,
			`3:62-3:65 error invalid-yaml: the text after !!binary is not base64`,
			`3:75-3:76 error invalid-yaml: unknown tag "!foo"`,
			`3:81-3:86 error invalid-yaml: unknown tag "!!set"`,
			`3:101-3:103 error invalid-yaml: "no" is not true or false`}},
		{"consent language", organization + "profile: {consent: {en: Yes., Deutsch!: Ja.}}\n", []string{
			`2:31-2:39 error invalid-template-key: invalid language "Deutsch!", want a language such as en or de-CH, or "default"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := loadText(t, test.text)
			expect(t, found, test.want...)
		})
	}
}

func TestDefaults(t *testing.T) {
	spec, found := loadText(t, organization)
	expect(t, found)
	p := spec.Prevention
	got := fmt.Sprint(spec.Profile.Identifier, spec.Profile.Scope, spec.Profile.Removal.Disallowed, len(spec.Targets),
		p.DateTime.Enabled, p.DateTime.Automatic, p.DateTime.TimeServer, p.DateTime.Timed,
		p.DNS.Enabled, p.DNS.Providers, p.DNS.Protocol, p.DNS.Combine, p.DNS.AllowFailover, p.DNS.ProhibitDisablement,
		p.Cellular.Enabled, p.Cellular.FreezeToggles, p.Cellular.WiFiAssist == nil,
		p.Storage.Enabled, p.Storage.Steps, p.Storage.OptimizeMac.IsSet, p.Updates.Automatic, p.Updates.InstallAppUpdates)
	want := "icloud-sync System false 5 true true time.apple.com false true [cloudflare] https selectable true false true false true true true false true true"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if targets := templateShape().child("targets").fallback; targets != defaultTargetNames() {
		t.Errorf("the shape says %s, the code %s", targets, defaultTargetNames())
	}
}

func defaultTargetNames() string {
	var names []string
	for _, t := range DefaultTargets() {
		names = append(names, fmt.Sprintf("%s/%s", t.Platform, t.Enrollment))
	}
	return strings.Join(names, ", ")
}

func TestFullTemplate(t *testing.T) {
	spec, found := loadFiles(t, map[string]string{"t.yaml": fullTemplate, "logo.bin": "\x00\x01", "script.sh": "echo $${x}\n"}, Input{Name: "t.yaml"})
	expect(t, found)
	if spec == nil {
		t.FailNow()
	}
	dns, cellular := spec.Prevention.DNS, spec.Prevention.Cellular
	got := fmt.Sprint(spec.Targets[1].Value, spec.Profile.Removal.After, spec.Profile.Removal.Passcode, spec.Profile.Expires,
		dns.Providers, dns.Custom, dns.ExemptNetworks, cellular.WiFiAssist.PolicyNumber(), spec.Prevention.Storage.Enabled, spec.Prevention.Updates.Enabled)
	want := "macOS@27/supervised 36h0m0s (secret) 2028-01-31 00:00:00 +0000 UTC [custom quad9] {Acme DNS https://dns.acme.org/q  [192.0.2.53 2001:db8::53]} [Büro] 3 false true"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	keys := spec.Payloads[0].Keys
	wantKeys := plist.NewDictionary(
		plist.Field{Key: "SSID_STR", Value: plist.NewString("Büro")},
		plist.Field{Key: "Password", Value: plist.NewString("env-secret-77")},
		plist.Field{Key: "Port", Value: plist.NewInteger(8443)},
		plist.Field{Key: "Text", Value: plist.NewString("port 8443 at ${literal} ${FLEET_VAR_HOST} $SERIALNUMBER {{x}} %HardwareUUID%")},
		plist.Field{Key: "Logo", Value: plist.NewData([]byte{0, 1})},
		plist.Field{Key: "Script", Value: plist.NewString("echo $${x}\n")},
	)
	if !plist.Equal(keys, wantKeys) {
		t.Errorf("keys differ: %+v", keys.Fields)
	}
	if !keys.Get("Password").Secret || keys.Get("Port").Secret || !spec.HasSecrets() {
		t.Error("Password must be secret, and Port must not")
	}
}

const fullTemplate = `# a comment
organization: {name: Acme, identifier: com.acme}
profile:
  identifier: sync
  displayName: &name iCloud
  consent: {default: ok, de: gut}
  removal: {after: 1d12h, passcode: "${token}"}
  expires: 2028-01-31
targets: [iOS/manual, macOS@27/supervised]
prevention:
  date-time: true
  dns:
    providers: [custom, quad9]
    serverURL: https://dns.acme.org/q
    addresses: [192.0.2.53, "2001:db8::53"]
    name: Acme DNS
    exemptNetworks: [Büro]
    exemptServers: ["10.*"]
    matchDomains: ["*.acme.org"]
  cellular:
    freezeToggles: true
    confirmTogglesAreOn: true
    wifiAssist: {policy: aggressive, iccids: ["89310410106543789301"]}
  storage: false
  updates:
payloads:
  - id: wifi
    type: com.apple.wifi.managed
    displayName: *name
    targets: [iOS, supervised]
    keys:
      SSID_STR: Büro
      Password: ${token}
      Port: ${port}
      Text: port ${port} at $${literal} ${FLEET_VAR_HOST} $SERIALNUMBER {{x}} %HardwareUUID%
      Logo: {$file: logo.bin}
      Script: {$text: script.sh}
variables:
  token: {secret: "env:TOKEN", description: the token}
  port: {default: 8443, type: integer}
`

func TestMissingTemplateIsAnError(t *testing.T) {
	for _, name := range []string{"no.yaml", "../up.yaml", "builtin:no", "/abs.yaml", ""} {
		_, _, err := (&Loader{Root: fstest.MapFS{}}).Load(Input{Name: name})
		if err == nil {
			t.Errorf("%q: no error", name)
		}
	}
}

func TestPreventionOff(t *testing.T) {
	spec, found := loadText(t, organization+"prevention: false\n")
	expect(t, found)
	p := spec.Prevention
	if p.DateTime.Enabled.Value || p.DNS.Enabled.Value || p.Cellular.Enabled.Value || p.Storage.Enabled.Value || p.Updates.Enabled.Value {
		t.Error("an intent is still on")
	}
}
