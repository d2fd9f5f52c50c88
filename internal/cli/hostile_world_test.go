package cli

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	howett "howett.net/plist"

	"syncguard/internal/cms"
	"syncguard/internal/plist"
)

// layWorld makes the current folder one where a hostile text stands in every place that somebody else fills: names of files and
// folders, names, identifiers, types, keys and values of profiles and declarations, comments, templates, variables, targets,
// project files with reasons, a baseline, a certificate's names, a schema checkout. Files called good are sound apart from it.
func layWorld(t *testing.T, text string) {
	t.Helper()
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bad, good := hostileProfile(text), soundProfile(text)
	write("bad.mobileconfig", xmlOf(t, bad))
	write("good.mobileconfig", xmlOf(t, good))
	write("other.mobileconfig", xmlOf(t, soundProfile("another "+text)))
	write("binary.mobileconfig", binaryOf(t, bad))
	write("raw.mobileconfig", []byte("<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict>\n<!-- syncguard:ignore "+text+": "+text+" -->\n<key>"+text+"</key>\n<string>"+text+"</string>\n"+
		"<!-- "+text+" --><key>PayloadType</key><string>Configuration</string><integer>"+text+"</integer></dict></plist>\n"+text))
	write("bad.json", jsonOf(t, map[string]any{"Type": text, "Identifier": text, "ServerToken": text, "Payload": map[string]any{text: text, "Echo": []string{text}}, text: text}))
	write("good.json", jsonOf(t, map[string]any{"Type": "com.apple.configuration.management.test", "Identifier": "org.example." + text, "ServerToken": text, "Payload": map[string]any{"Echo": text}}))
	write("raw.json", []byte(`{"Type": "com.apple.configuration.management.test", "Identifier": "`+text+`", `+text+"}\n"))
	quoted := string(jsonOf(t, text)) // JSON is YAML
	comment := strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
	template := func(name, target string, more string) []byte {
		return []byte("# " + comment + "\norganization:\n  name: " + name + "\n  identifier: com.example\nprofile:\n  identifier: p # syncguard:ignore unknown-key: " + comment + "\n  displayName: " + name + "\n  description: " + name +
			"\ntargets: [" + target + "]\nprevention: false\nvariables:\n  v:\n    default: " + quoted + "\n    description: " + quoted + "\npayloads:\n  - id: wifi\n    type: com.apple.wifi.managed\n    displayName: " + name + "\n    keys:\n      SSID_STR: \"${v}\"\n" + more)
	}
	write("good.yaml", template(quoted, "iOS/manual", "      AutoJoin: true\n"))
	write("intents.yaml", []byte("organization: {name: "+quoted+", identifier: com.example}\nprofile: {displayName: "+quoted+"}\ntargets: [iOS/manual, macOS/supervised]\nprevention:\n  dns: {provider: custom, protocol: https, serverURL: \"https://dns.example.com/x\", name: "+quoted+"}\n"))
	write("bad.yaml", template(quoted, quoted+", iOS/manual", "      "+quoted+": "+quoted+"\n      EncryptionType: "+quoted+"\n  - id: "+quoted+"\n    type: "+quoted+"\n    keys: {"+quoted+": "+quoted+"}\n"+quoted+": "+quoted+"\n"))
	write("raw.yaml", []byte("organization: {name: "+text+"}\npayloads: ["+text+"]\n"+text+"\n"))
	write("vars.yaml", []byte(`"v": `+quoted+"\n"))
	write("badvars.yaml", []byte(quoted+": "+quoted+"\n"))
	for name, project := range map[string]string{
		"known":   "ignore:\n  - {rule: unknown-key, key: " + quoted + ", files: " + quoted + ", reason: " + quoted + "}\n  - {rule: security, reason: " + quoted + "}\n",
		"unknown": "ignore:\n  - {rule: " + quoted + ", reason: " + quoted + "}\n" + quoted + ": " + quoted + "\n",
		"raw":     text + "\n",
	} {
		write(filepath.Join("project", name, ".syncguard.yaml"), []byte("# "+comment+"\n"+project))
		write(filepath.Join("project", name, "bad.mobileconfig"), xmlOf(t, bad))
	}
	entry := map[string]any{"rule": text, "file": text, "path": []any{text}, "count": 1, "message": text}
	write("baseline.json", jsonOf(t, map[string]any{"version": 2, "findings": []any{entry, map[string]any{"rule": "unknown-key", "file": "bad.mobileconfig", "path": []any{text}, "count": 9, "message": text}}}))
	write("rawbaseline.json", []byte(`{"version": "`+text+`"}`))
	write("schema/mdm/profiles/com.example.hostile.yaml", []byte("title: "+quoted+"\ndescription: "+quoted+"\npayload:\n  payloadtype: com.example.hostile\n  supportedOS: {iOS: {introduced: '1.0', x: "+quoted+"}}\npayloadkeys:\n- {key: "+quoted+
		", type: <string>, title: "+quoted+", default: "+quoted+", content: "+quoted+", rangelist: ["+quoted+"]}\n"))
	write("badschema/mdm/profiles/x.yaml", []byte("title: "+text+"\npayload: "+text+"\n"))
	write("ids.txt", []byte(text+"\n"))
	cell := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	write("devices.csv", []byte("Serial Number,Device Name,Model,Operating System,OS Version,Enrollment,Supervised,Group,"+cell+"\n"+
		cell+","+cell+","+cell+",iOS,26.1,Device Enrollment,No,"+cell+","+cell+"\n"+cell+","+cell+","+cell+","+cell+","+cell+","+cell+","+cell+","+cell+","+cell+"\n"+
		cell+","+cell+","+cell+",iOS,26.1,"+cell+",No,"+cell+","+cell+"\n"))
	write("hosts.json", jsonOf(t, map[string]any{"hosts": []any{
		map[string]any{"id": 1, "display_name": text, "platform": "ios", "os_version": "iOS 18.1", "hardware_serial": text, "hardware_model": text, "team_name": text, "mdm": map[string]any{"enrollment_status": "On (automatic)"}},
		map[string]any{"id": 2, "display_name": text, "platform": text, "os_version": text, "hardware_serial": text, "mdm": map[string]any{"enrollment_status": text}},
	}}))
	write("text.txt", []byte(text+"\n"))
	layIdentity(t, text, xmlOf(t, good), write)
	if name := fileName(text); name != "" {
		write(filepath.Join("named", name, name+".mobileconfig"), xmlOf(t, bad))
		write(filepath.Join("named", name, "good "+name+".mobileconfig"), xmlOf(t, good))
		write(filepath.Join("named", name+".json"), jsonOf(t, map[string]any{"Type": "com.apple.configuration.management.test", "Identifier": "x", "Payload": map[string]any{"Echo": 1}}))
		write(filepath.Join("named", name+".yaml"), template(`"x"`, `"nowhere"`, ""))
		write(filepath.Join("named", "unread "+name+".mobileconfig"), nil)
	}
}

// fileName is a text as the name of a file, as far as one can have it.
func fileName(text string) string {
	name := strings.NewReplacer("/", "_", "\x00", "").Replace(text)
	if len(name) > 100 {
		name = name[:100]
	}
	return strings.TrimLeft(name, ".")
}

// hostileProfile has a text in every name, key and value. Little of it is right.
func hostileProfile(text string) *plist.Value {
	s := plist.NewString(text)
	wifi := dictionary("PayloadType", plist.NewString("com.apple.wifi.managed"), "PayloadIdentifier", s, "PayloadUUID", s, "PayloadVersion", plist.NewInteger(1), "PayloadDisplayName", s, "PayloadOrganization", s,
		"EncryptionType", s, "SSID_STR", s, "AutoJoin", s, text+"1", s, "EAPClientConfiguration", dictionary("TLSTrustedServerNames", plist.NewArray(s, s), text, s), "Password", s)
	unknown := dictionary("PayloadType", s, "PayloadIdentifier", s, "PayloadUUID", s, "PayloadVersion", plist.NewInteger(1), text+"2", dictionary(text, plist.NewArray(s, plist.NewData([]byte(text)))))
	preferences := dictionary("PayloadType", plist.NewString("com.apple.ManagedClient.preferences"), "PayloadIdentifier", s, "PayloadUUID", s, "PayloadVersion", plist.NewInteger(1),
		"PayloadContent", dictionary(text, dictionary("Forced", plist.NewArray(dictionary("mcx_preference_settings", dictionary(text, s, "clientSecret", s))))))
	declared := dictionary("PayloadType", plist.NewString("com.apple.declarations"), "PayloadIdentifier", s, "PayloadUUID", s, "PayloadVersion", plist.NewInteger(1),
		"Declarations", plist.NewArray(plist.NewData([]byte(`{"Type": "com.apple.configuration.passcode.settings", "Identifier": "x", "Payload": {"`+text+`": 1}}`)), plist.NewData([]byte(text))))
	dns := dictionary("PayloadType", plist.NewString("com.apple.dnsSettings.managed"), "PayloadIdentifier", s, "PayloadUUID", s, "PayloadVersion", plist.NewInteger(1),
		"DNSSettings", dictionary("DNSProtocol", s, "ServerURL", plist.NewString("https://dns.example/"+text), "ServerAddresses", plist.NewArray(s)))
	clip := dictionary("PayloadType", plist.NewString("com.apple.webClip.managed"), "PayloadIdentifier", s, "PayloadUUID", s, "PayloadVersion", plist.NewInteger(1), "URL", s, "Label", s, "Icon", plist.NewData([]byte(text)))
	return dictionary("PayloadType", plist.NewString("Configuration"), "PayloadVersion", plist.NewInteger(1), "PayloadIdentifier", s, "PayloadUUID", s, "PayloadDisplayName", s, "PayloadDescription", s, "PayloadOrganization", s,
		"ConsentText", dictionary("default", s, text, s), "PayloadScope", s, "PayloadContent", plist.NewArray(wifi, unknown, preferences, declared, dns, clip), text+"0", s)
}

// soundProfile has a text in its names and in settings of a person's choice, and nothing that a check refuses.
func soundProfile(text string) *plist.Value {
	s := plist.NewString(text + ".")
	wifi := dictionary("PayloadType", plist.NewString("com.apple.wifi.managed"), "PayloadIdentifier", plist.NewString("org.example.wifi"), "PayloadUUID", plist.NewString("0F1E2D3C-4B5A-4978-8695-A4B3C2D1E001"),
		"PayloadVersion", plist.NewInteger(1), "PayloadDisplayName", s, "PayloadOrganization", s, "EncryptionType", plist.NewString("WPA2"), "SSID_STR", s)
	return dictionary("PayloadType", plist.NewString("Configuration"), "PayloadVersion", plist.NewInteger(1), "PayloadIdentifier", plist.NewString("org.example.profile"), "PayloadUUID", plist.NewString("0F1E2D3C-4B5A-4978-8695-A4B3C2D1E000"),
		"PayloadDisplayName", s, "PayloadDescription", s, "PayloadOrganization", s, "PayloadContent", plist.NewArray(wifi))
}

// xmlOf is a profile as XML, or what XML cannot hold as a binary property list.
func xmlOf(t *testing.T, v *plist.Value) []byte {
	t.Helper()
	if data, err := plist.Write(v); err == nil {
		return data
	}
	return binaryOf(t, v)
}

func binaryOf(t *testing.T, v *plist.Value) []byte {
	t.Helper()
	data, err := howett.Marshal(native(v), howett.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func native(v *plist.Value) any {
	switch v.Kind {
	case plist.Dictionary:
		all := map[string]any{}
		for _, f := range v.Fields {
			all[f.Key] = native(f.Value)
		}
		return all
	case plist.Array:
		all := []any{}
		for _, item := range v.Items {
			all = append(all, native(item))
		}
		return all
	case plist.Integer:
		n, _ := v.Int.Int64()
		return n
	case plist.Data:
		return v.Data
	}
	return v.Text
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// layIdentity writes a certificate of a hostile name with its key, and the profile signed with it, encrypted, and both.
func layIdentity(t *testing.T, text string, profile []byte, write func(string, []byte)) {
	t.Helper()
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "?")
	}
	if len(text) > 2000 {
		text = text[:2000]
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: text + ".", Organization: []string{text}, OrganizationalUnit: []string{text}, Country: []string{text}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, certificate, certificate, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write("cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write("cert.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	signed, err := cms.Sign(profile, key, []*x509.Certificate{leaf}, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	write("signed.mobileconfig", signed)
	write("broken.mobileconfig", bytes.Replace(signed, []byte("org.example"), []byte("org.Example"), 1))
	write("device.pem", testdata(t, "shared", "encrypt", "device.pem"))
	write("device.key", testdata(t, "shared", "encrypt", "device.key"))
	env := &Env{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Now: time.Now}
	if code := Main(t.Context(), env, strings.Fields("encrypt good.mobileconfig --recipient device.pem -o encrypted.mobileconfig"), "test"); code != exitOK {
		write("encrypted.mobileconfig", profile) // of a text with a variable of an MDM server, or outside XML
	}
}
