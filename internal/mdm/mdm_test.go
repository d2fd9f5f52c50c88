package mdm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/fact"
	"syncguard/internal/generated"
)

// The table is the content of mdm.json.
func TestTable(t *testing.T) {
	data, err := os.ReadFile("mdm.json")
	if err != nil {
		t.Fatal(err)
	}
	in, err := parse(data)
	if err != nil {
		t.Fatal(err)
	}
	generated.Table(t, "mdm.json", in, *update)
}

// parse reads and checks facts as they are written in mdm.json.
func parse(data []byte) (*file, error) {
	var in file
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("reading what is known of MDM servers: %w", err)
	}
	var errs []error
	for _, s := range in.Servers {
		for _, f := range s.facts() {
			if f.Source == "" || !slices.Contains([]fact.Evidence{fact.Apple, fact.Vendor, fact.Community}, f.Evidence) {
				errs = append(errs, fmt.Errorf("a fact of %s has source %q and evidence %q: want a source, and %s, %s or %s", s.ID, f.Source, f.Evidence, fact.Apple, fact.Vendor, fact.Community))
			}
		}
		if s.Signed != nil && !slices.Contains([]Treatment{Refuses, Strips, Unproven}, s.Signed.Does) {
			errs = append(errs, fmt.Errorf("%s does %q with a signed profile: want %s, %s or %s", s.ID, s.Signed.Does, Refuses, Strips, Unproven))
		}
	}
	if !slices.IsSortedFunc(in.Servers, func(a, b *Server) int { return strings.Compare(a.ID, b.ID) }) {
		errs = append(errs, errors.New("the servers are not sorted"))
	}
	return &in, errors.Join(errs...)
}

// facts returns every fact about the server, for checking sources.
func (s *Server) facts() []fact.Statement {
	var all []fact.Statement
	if s.Size != nil {
		all = append(all, s.Size.Statement)
	}
	if s.Signed != nil {
		all = append(all, s.Signed.Statement)
	}
	if s.Binary != nil {
		all = append(all, s.Binary.Statement)
	}
	for _, says := range []*Clause{s.Scope, s.Secrets} {
		if says != nil {
			all = append(all, says.Statement)
		}
	}
	if s.Phantoms != nil {
		all = append(all, *s.Phantoms)
	}
	if s.Text != nil {
		all = append(all, s.Text.Statement)
	}
	if s.Storage != nil {
		all = append(all, s.Storage.Statement)
	}
	if s.Own != nil {
		all = append(all, s.Own.Statement)
	}
	for _, c := range s.Changes {
		all = append(all, c.Statement)
	}
	if s.Renewal != nil {
		all = append(all, s.Renewal.Statement)
	}
	for _, k := range slices.Concat(s.Requires, s.Unique, s.Fixed) {
		all = append(all, k.Statement)
	}
	for _, r := range s.Refuses {
		all = append(all, r.Statement)
	}
	for _, r := range s.Reserves {
		all = append(all, r.Statement)
	}
	if s.Variables != nil {
		all = append(all, s.Variables.Statement)
	}
	return all
}

func TestServers(t *testing.T) {
	if len(Servers()) < 8 {
		t.Errorf("got %d servers; is the file complete?", len(Servers()))
	}
	seen := map[string]bool{}
	for _, s := range Servers() {
		for _, name := range append([]string{s.ID}, s.Also...) {
			if seen[name] || Find(strings.ToUpper(name)) != s {
				t.Errorf("%q does not lead to %s alone", name, s.Name)
			}
			seen[name] = true
		}
		if s.Name == "" || len(s.facts()) == 0 {
			t.Errorf("nothing is known of %s", s.ID)
		}
	}
	if Find("nobody") != nil || !slices.Contains(IDs(), "fleet") {
		t.Error("the names of servers are not right")
	}
}

func TestParseRefusesMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`{"servers": [{"id": "a", "size": {"bytes": 1, "evidence": "vendor"}}]}`:                      "has source",
		`{"servers": [{"id": "a", "size": {"bytes": 1, "evidence": "me", "source": "s"}}]}`:           `evidence "me"`,
		`{"servers": [{"id": "a", "signed": {"does": "eats", "evidence": "vendor", "source": "s"}}]}`: `does "eats"`,
		`{"servers": [{"id": "b"}, {"id": "a"}]}`:                                                     "not sorted",
		`{"servers": [{"id": "a", "sizes": 1}]}`:                                                      "unknown field",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want one that says %s", text, err, want)
		}
	}
}

func TestFilled(t *testing.T) {
	tests := map[string]string{
		"":                                  "",
		"plain $ text, 50% of 100% and {}":  "",
		"a $FLEET_VAR_HOST_UUID b":          "$FLEET_VAR_HOST_UUID",
		"${FLEET_SECRET_PW}${FLEET_VAR_A}":  "${FLEET_SECRET_PW} ${FLEET_VAR_A}",
		"{{serialnumber}} {{ user.email }}": "{{serialnumber}} {{ user.email }}",
		"Mac.%HardwareUUID%":                "%HardwareUUID%",
		"%C3%A9%20%50% caf%C3%A9":           "",
		"%41%Email%":                        "%Email%",
		"$SERIALNUMBER-$SERIALNUMBER":       "$SERIALNUMBER",
		"$EMAIL_PREFIX and $EMAIL.":         "$EMAIL_PREFIX $EMAIL",
		"$EMAILS $HOME $PATH ${HOME}":       "",
		"$EXTENSIONATTRIBUTE_12":            "$EXTENSIONATTRIBUTE_12",
		"${SERIAL_NUMBER}":                  "${SERIAL_NUMBER}",
		"{{unclosed and {{a}}":              "{{a}}",
	}
	for text, want := range tests {
		if got := strings.Join(FindVariables(text), " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestOnDevice(t *testing.T) {
	if !IsFilledOnDevice("%HardwareUUID%", "com.apple.security.scep") || IsFilledOnDevice("%HardwareUUID%", "com.apple.dock") || IsFilledOnDevice("%Email%", "com.apple.security.scep") {
		t.Error("what a Mac fills in itself is not right")
	}
}

func TestUnknown(t *testing.T) {
	for _, tt := range []struct{ server, text, want string }{
		{"intune", "{{deviceid}} {{serialnumber}}", ""},
		{"intune", "{{DeviceID}}", "{{DeviceID}} meant {{deviceid}}"},
		{"intune", "{{asset.tag}}", "{{asset.tag}}"},
		{"intune", "$SERIALNUMBER costs $5", "$SERIALNUMBER meant {{serialnumber}} of Jamf Pro"},
		{"jamf", "$SERIALNUMBER ${UDID} $EXTENSIONATTRIBUTE_12 $HOME", ""},
		{"jamf", "$SERIAL_NUMBER", "$SERIAL_NUMBER meant $SERIALNUMBER of Iru"},
		{"jamf", "$SerialNumber", "$SerialNumber meant $SERIALNUMBER"},
		{"jamf", "$FLEET_VAR_HOST_UUID", "$FLEET_VAR_HOST_UUID of Fleet"},
		{"jamf", "{{NAME}} {{deviceid}}", "{{deviceid}} of Intune"},
		{"fleet", "$FLEET_VAR_HOST_UUID ${FLEET_SECRET_X} $FLEET_VAR_CUSTOM_SCEP_CHALLENGE_CA", ""},
		{"fleet", "$FLEET_VAR_HOST_SERIAL", "$FLEET_VAR_HOST_SERIAL refused"},
		{"fleet", "$FLEET_VAR_host_uuid", "$FLEET_VAR_host_uuid meant $FLEET_VAR_HOST_UUID refused"},
		{"fleet", "$SERIALNUMBER", "$SERIALNUMBER of Jamf Pro"},
		{"nanomdm", "$UDID {{mine}} %HardwareUUID%", "$UDID of Iru"},
		{"simplemdm", "{{anything}} $UDID", "$UDID of Iru"},
		{"workspace-one", "{DeviceUid} {{x}}", ""},
		{"apple-business", "$UDID", ""},
	} {
		var got []string
		for _, u := range Find(tt.server).UnknownVariables(tt.text) {
			said := u.Text
			if u.Meant != "" {
				said += " meant " + u.Meant
			}
			if u.Owner != nil {
				said += " of " + u.Owner.Name
			}
			if u.Refused {
				said += " refused"
			}
			got = append(got, said)
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: %q: got %q, want %q", tt.server, tt.text, got, tt.want)
		}
	}
}
