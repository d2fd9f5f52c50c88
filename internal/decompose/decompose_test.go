package decompose_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"syncguard/internal/decompose"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/schema"
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
	lint.MarkSecrets(doc.Root)
	return doc
}

func TestTemplate(t *testing.T) {
	d := decompose.New(schema.Embedded())
	made, err := d.Template(open(t, wifi), decompose.Options{Source: "corp.mobileconfig", Name: "corp"})
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
