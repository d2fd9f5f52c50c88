package convert_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/convert"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
)

const wifi = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
	<key>PayloadType</key><string>Configuration</string>
	<key>PayloadVersion</key><integer>1</integer>
	<key>PayloadIdentifier</key><string>com.acme.corp</string>
	<key>PayloadUUID</key><string>5f0cba31-0e7b-5d0a-9b60-3f2a9c3c0e11</string>
	<key>PayloadDisplayName</key><string>Corp ${x} $FLEET_VAR_HOST</string>
	<key>PayloadOrganization</key><string>Acme</string>
	<key>PayloadContent</key><array>
		<dict>
			<key>PayloadType</key><string>com.apple.wifi.managed</string>
			<key>PayloadVersion</key><integer>1</integer>
			<key>PayloadIdentifier</key><string>com.acme.corp.wifi</string>
			<key>PayloadUUID</key><string>7C1F9E52-0E7B-5D0A-9B60-3F2A9C3C0E11</string>
			<key>SSID_STR</key><string>Office</string>
			<key>EncryptionType</key><string>WPA2</string>
			<key>Password</key><string>hunter2</string>
		</dict>
	</array>
</dict></plist>`

func open(t *testing.T, text string) *document.Document {
	t.Helper()
	doc, found := document.Open(diag.NewFile("corp.mobileconfig", []byte(text)))
	if diag.HasErrors(found) {
		t.Fatal(found)
	}
	secret.Mark(doc.Root)
	return doc
}

func TestTemplate(t *testing.T) {
	d := convert.New(schema.Embedded())
	made, err := d.Template(open(t, wifi), convert.Options{Source: "corp.mobileconfig", Name: "corp"})
	if err != nil || len(made.Differences) > 0 {
		t.Fatalf("%v %v\n%s", err, made.Differences, made.Text)
	}
	for _, want := range []string{
		"PayloadUUID: 5f0cba31-", "uuid: 7C1F9E52-", "$${x} $FLEET_VAR_HOST", "Password: ${corp-wifi-managed-password}",
		"secret: env:CORP_WIFI_MANAGED_PASSWORD", "--unsigned",
	} {
		if !strings.Contains(string(made.Text), want) {
			t.Errorf("no %q in\n%s", want, made.Text)
		}
	}
	if strings.Contains(string(made.Text), "hunter2") {
		t.Error("the secret is in the template")
	}
}

// folderOf is a folder of files in memory.
func folderOf(files map[string]string) fs.FS {
	folder := fstest.MapFS{}
	for name, data := range files {
		folder[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return folder
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"profiles/Wi-Fi (Corp).mobileconfig": "wi-fi-corp", "NUL.mobileconfig": "nul-profile", "com1": "com1-profile", "日本.xml": "profile",
		strings.Repeat("a", 59) + "-b": strings.Repeat("a", 59), "stdin": "stdin", "": "profile", "../../etc/passwd": "passwd",
	} {
		if got := convert.NameFromPath(name); got != want {
			t.Errorf("%q is named %q, want %q", name, got, want)
		}
	}
}

// The target is one on which the profile works, and the template says why it is not the first that one would take.
func TestTarget(t *testing.T) {
	d := convert.New(schema.Embedded())
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(wifi) }
	tests := []struct {
		name, profile, target, why string
		platforms                  []target.Platform
	}{
		{"any", wifi, "macOS/manual", "", nil},
		{"a device type", replace("<key>PayloadScope", "", "<key>PayloadOrganization</key>", "<key>TargetDeviceType</key><integer>1</integer><key>PayloadOrganization</key>"), "iOS/manual", "TargetDeviceType is 1.", nil},
		{"a payload of one platform", replace("com.apple.wifi.managed", "com.apple.cellular"), "iOS/manual", "does nothing on macOS", nil},
		{"a payload for supervised devices", replace("com.apple.wifi.managed", "com.apple.homescreenlayout"), "iOS/supervised", "", nil},
		{"what a tool says", wifi, "tvOS/manual", "", []target.Platform{target.TvOS}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			made, err := d.Template(open(t, tt.profile), convert.Options{Source: "x", Name: "x", Platforms: tt.platforms})
			if err != nil {
				t.Fatal(err)
			}
			if text := string(made.Text); !strings.Contains(text, "\n  - "+tt.target+"\n") || !strings.Contains(text, tt.why) {
				t.Errorf("want %s (%s) in\n%s", tt.target, tt.why, text)
			}
		})
	}
}

// What a comment is made of cannot end it.
func TestComments(t *testing.T) {
	d := convert.New(schema.Embedded())
	made, err := d.Template(open(t, wifi), convert.Options{Source: "a\nprevention: true\u2028b\rc\u0085d", Name: "x", Comments: []string{strings.Repeat("word ", 100), "x\ny: z"}})
	if err != nil || len(made.Differences) > 0 {
		t.Fatal(err, made.Differences)
	}
	head, _, _ := strings.Cut(string(made.Text), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		if !strings.HasPrefix(line, "# ") || len(line) > 120 {
			t.Errorf("the head has the line %q", line)
		}
	}
}

func TestRefuses(t *testing.T) {
	d := convert.New(schema.Embedded())
	for name, text := range map[string]string{
		"no payloads":               "<dict><key>PayloadType</key><string>Configuration</string></dict>",
		"encrypted":                 "<dict><key>EncryptedPayloadContent</key><data></data></dict>",
		"a payload without a type":  "<dict><key>PayloadContent</key><array><dict/></array></dict>",
		"a payload that is no dict": "<dict><key>PayloadContent</key><array><string>x</string></array></dict>",
		"a key that is a reference": "<dict><key>PayloadContent</key><array/><key>x</key><dict><key>$file</key><string>x</string></dict></dict>",
		"a number without end":      "<dict><key>PayloadContent</key><array/><key>x</key><real>inf</real></dict>",
	} {
		doc, _ := document.Open(diag.NewFile("x", []byte(`<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">`+text+"</plist>")))
		if doc.Root == nil {
			t.Fatal(name)
		}
		var refused *convert.RefusedError
		if _, err := d.Template(doc, convert.Options{Name: "x"}); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key that stands twice counts once, as on devices, and the template says so.
func TestRepeatedKeys(t *testing.T) {
	text := strings.Replace(wifi, "<key>SSID_STR</key>", "<key>SSID_STR</key><string>Old</string><key>SSID_STR</key>", 1)
	doc, _ := document.Open(diag.NewFile("x", []byte(text)))
	made, err := convert.New(schema.Embedded()).Template(doc, convert.Options{Source: "x", Name: "x", ShowSecrets: true})
	if err != nil || len(made.Differences) > 0 || len(made.Notes) != 1 {
		t.Fatal(err, made)
	}
	if got := string(made.Text); !strings.Contains(got, "SSID_STR: Office") || strings.Contains(got, "Old") || !strings.Contains(got, "hunter2") {
		t.Error(got)
	}
}

// Data that is a declaration or a profile with a secret in it is a secret.
func TestSecretsInData(t *testing.T) {
	inner := base64.StdEncoding.EncodeToString([]byte(`{"Type": "com.apple.asset.credential.x", "Identifier": "a", "ServerToken": "1", "Payload": {"Password": "hunter2"}}`))
	text := strings.Replace(wifi, "<key>SSID_STR</key>", "<key>Declarations</key><array><data>"+inner+"</data></array><key>SSID_STR</key>", 1)
	made, err := convert.New(schema.Embedded()).Template(open(t, text), convert.Options{Source: "x", Name: "x"})
	if err != nil || len(made.Differences) > 0 || len(made.Secrets) != 2 {
		t.Fatal(err, made)
	}
	if strings.Contains(string(made.Text), inner[:20]) {
		t.Errorf("the declaration stands in it:\n%s", made.Text)
	}
}

// A profile that fits into no template is refused before work is done on it; data fits where files can stand beside.
func TestLimits(t *testing.T) {
	d := convert.New(schema.Embedded())
	long := func(value string) *document.Document {
		return open(t, strings.Replace(wifi, "<string>Office</string>", value, 1))
	}
	var refused *convert.RefusedError
	if _, err := d.Template(long("<string>"+strings.Repeat("${x}", 1<<19)+"</string>"), convert.Options{Name: "x"}); !errors.As(err, &refused) {
		t.Errorf("2 MiB of text: %v", err)
	}
	data := "<data>" + strings.Repeat("QUJD", 1<<19) + "</data>"
	if _, err := d.Template(long(data), convert.Options{Name: "x"}); !errors.As(err, &refused) {
		t.Errorf("1.5 MiB of data: %v", err)
	}
	if made, err := d.Template(long(data), convert.Options{Name: "x", SeparateFiles: true}); err != nil || len(made.Differences) > 0 || len(made.Files) != 1 {
		t.Errorf("1.5 MiB of data beside: %v %v", err, made)
	}
	payload := "<dict><key>PayloadType</key><string>com.acme.a</string></dict>"
	made, err := d.Template(open(t, strings.Replace(wifi, "<array>", "<array>"+strings.Repeat(payload, 5000), 1)), convert.Options{Name: "x"})
	if err != nil || len(made.Payloads) != 5001 || strings.Count(string(made.Text), "\n# Raw") > 30 {
		t.Errorf("5001 payloads: %v", err)
	}
}
