package web

import (
	"strings"
	"testing"

	"syncguard/internal/app"
)

// twoMistakes has a value in the wrong case and a boolean as a string: each has a fix.
const twoMistakes = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>PayloadIdentifier</key>
			<string>com.example.wifi</string>
			<key>PayloadUUID</key>
			<string>6D6C2C52-5D3A-4F0B-9D5B-2F6A3C1B7E11</string>
			<key>SSID_STR</key>
			<string>Corp</string>
			<key>EncryptionType</key>
			<string>wpa2</string>
			<key>AutoJoin</key>
			<string>true</string>
			<key>Password</key>
			<string>hunter2hunter2</string>
		</dict>
	</array>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
	<key>PayloadIdentifier</key>
	<string>com.example</string>
	<key>PayloadUUID</key>
	<string>6D6C2C52-5D3A-4F0B-9D5B-2F6A3C1B7E12</string>
	<key>PayloadDisplayName</key>
	<string>Corp</string>
</dict>
</plist>
`

func TestFixOne(t *testing.T) {
	files := map[string]string{"a.mobileconfig": twoMistakes}
	checked, _ := ask[checkedAgain](t, "lint", "", files)
	n := len(checked.Files[0].Findings)
	for i, f := range checked.Files[0].Findings {
		if f.Rule != "value-not-in-rangelist" {
			continue
		}
		if e := checked.Files[0].Excerpts[i]; e == nil || e.Marked != "wpa2" || e.Line != 19 {
			t.Errorf("excerpt %+v", e)
		}
		fixed, written := ask[checkedAgain](t, "fix", `{"only":"`+f.Fingerprint+`"}`, files)
		text := string(written["a.mobileconfig"])
		if text != strings.Replace(twoMistakes, "wpa2", "WPA2", 1) {
			t.Errorf("fixed to %s", text)
		}
		if len(fixed.Files[0].Findings) != n-1 || len(fixed.Files[0].Hunks) != 1 {
			t.Errorf("%d findings of %d left, %d hunks", len(fixed.Files[0].Findings), n, len(fixed.Files[0].Hunks))
		}
		return
	}
	t.Error("no finding about EncryptionType")
}

type checkedAgain struct {
	Files []struct {
		Findings []struct{ Rule, Fingerprint string }
		Excerpts []*struct {
			Line   int
			Marked string
		}
		Hunks []Hunk
	}
}

func TestOtherChecks(t *testing.T) {
	files := map[string]string{"a.mobileconfig": twoMistakes}
	shown, _ := ask[CoverageShown](t, "coverage", `{"targets":["iOS@26/manual"]}`, files)
	if len(shown.Cells) == 0 || len(shown.Classes) == 0 {
		t.Errorf("coverage %+v", shown)
	}
	v, _ := ask[struct {
		Trusts string
		Files  []app.VerifiedFile
	}](t, "verify", "", files)
	if v.Trusts != "apple" || len(v.Files) != 1 || v.Files[0].OK {
		t.Errorf("verify %+v", v)
	}
	for _, format := range []string{"sarif", "markdown", "junit", "json"} {
		text, _ := ask[string](t, "report", `{"format":"`+format+`"}`, files)
		if !strings.Contains(text, "value-not-in-rangelist") || strings.Contains(text, "hunter2") {
			t.Errorf("report %s: %s", format, text)
		}
	}
	for _, secrets := range []bool{false, true} {
		params := ""
		if secrets {
			params = `{"showSecrets":true}`
		}
		request := Request{Method: "inspect", Params: []byte(params), Files: map[string][]byte{"a.mobileconfig": []byte(twoMistakes)}}
		a, err := engine.Call(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(a.Result), "hunter2") != secrets {
			t.Errorf("secrets shown: %v", !secrets)
		}
	}
}

func TestCompare(t *testing.T) {
	r, _ := ask[struct {
		Markdown string
		Payloads []ComparedPayload
	}](t, "compare", `{"old":"a.mobileconfig","new":"b.mobileconfig"}`, map[string]string{
		"a.mobileconfig": twoMistakes, "b.mobileconfig": strings.NewReplacer("wpa2", "WPA2", "hunter2", "hunter3").Replace(twoMistakes)})
	if len(r.Payloads) != 1 || len(r.Payloads[0].Keys) != 2 || !strings.Contains(r.Markdown, "**On a device:**") || strings.Contains(r.Markdown, "hunter") {
		t.Errorf("%+v", r)
	}
	for _, key := range r.Payloads[0].Keys {
		if strings.Contains(key.Old+key.New, "hunter") {
			t.Errorf("%+v", key)
		}
	}
}
