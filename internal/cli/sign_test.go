package cli

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	howett "howett.net/plist"

	"syncguard/internal/cms"
	"syncguard/internal/identity"
)

// Forms of a profile that a script cannot hold.
func TestSignForms(t *testing.T) {
	profile := map[string]any{"PayloadType": "Configuration", "PayloadVersion": 1}
	xml, binary := marshal(t, profile, howett.XMLFormat), marshal(t, profile, howett.BinaryFormat)
	once := signedBy(t, xml)
	for _, test := range []struct {
		name    string
		content []byte
		args    []string
		code    int
		want    string
	}{
		{"XML", xml, nil, exitOK, "1 profile signed"},
		{"binary", binary, nil, exitOK, "warning: the profile is a binary property list, and devices are not known to accept a signed one"},
		{"signed", once, nil, exitFindings, "the file is already signed"},
		{"signed, to be replaced", once, []string{"--replace"}, exitOK, "1 profile signed"},
		{"signed twice", signedBy(t, once), []string{"--replace"}, exitFindings, "the signed content is another signed message"},
		{"changed", bytes.Replace(once, []byte("PayloadVersion"), []byte("PayloadVersioN"), 1), []string{"--replace"}, exitFindings, "error: the signature does not hold: "},
		{"cut off", once[:len(once)-1], []string{"--replace"}, exitFindings, "the signed message is cut off"},
		{"signed, as text", pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: once}), []string{"--replace"}, exitFindings, "the signed message is PEM text"},
		{"signed binary", signedBy(t, binary), []string{"--replace"}, exitOK, "binary property list"},
		{"empty", nil, nil, exitFindings, "error:"},
		{"array", marshal(t, []string{"a"}, howett.XMLFormat), nil, exitFindings, `the top level is an array, want the dictionary of a profile`},
		{"other type", marshal(t, map[string]any{"PayloadType": 1}, howett.XMLFormat), nil, exitFindings, `"PayloadType" at the top level is not "Configuration"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("HOME", dir)
			t.Setenv("XDG_CONFIG_HOME", dir)
			in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
			if err := os.WriteFile(in, test.content, 0o600); err != nil {
				t.Fatal(err)
			}
			var shown bytes.Buffer
			env := &Env{Stdin: strings.NewReader(""), Stdout: &shown, Stderr: &shown, Now: time.Now}
			code := Main(t.Context(), env, append([]string{"sign", in, "-o", out}, test.args...), "test")
			if code != test.code || !strings.Contains(shown.String(), test.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, test.code, test.want, &shown)
			}
			signed, err := os.ReadFile(out)
			if (err == nil) != (test.code == exitOK) {
				t.Fatalf("the result: %v", err)
			}
			want := test.content
			if inner, err := cms.Content(want); err == nil {
				want = inner
			}
			if got, _ := cms.Content(signed); err == nil && !bytes.Equal(got, want) {
				t.Error("the content is another")
			}
		})
	}
}

func marshal(t *testing.T, value any, format int) []byte {
	t.Helper()
	data, err := howett.Marshal(value, format)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func signedBy(t *testing.T, content []byte) []byte {
	t.Helper()
	id, _, err := identity.Development(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := cms.Sign(content, id.Signer, id.Chain, cms.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return signed
}
