package profiles_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"syncguard/profiles"
)

func dns(name string) profiles.Declaration {
	return profiles.Declaration{
		Type:       "com.apple.configuration.network.dns-settings",
		Identifier: "com.acme.dns",
		Payload: profiles.Dictionary().Set("VisibleName", profiles.String(name)).
			Set("DNSSettings", profiles.Dictionary().Set("DNSProtocol", profiles.String("HTTPS")).Set("AllowFailover", profiles.Boolean(true))),
	}
}

func TestDeclarationEncode(t *testing.T) {
	d := dns("Tests & <more>")
	got, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "Identifier": "com.acme.dns",
  "Payload": {
    "DNSSettings": {
      "AllowFailover": true,
      "DNSProtocol": "HTTPS"
    },
    "VisibleName": "Tests & <more>"
  },
  "ServerToken": "TOKEN",
  "Type": "com.apple.configuration.network.dns-settings"
}
`
	token, err := d.ServerToken()
	if err != nil || len(token) > profiles.MaxIdentifier {
		t.Fatalf("the token is %q, %v", token, err)
	}
	if strings.Replace(want, "TOKEN", token, 1) != string(got) {
		t.Errorf("got %s", got)
	}
	var read map[string]any
	if err := json.Unmarshal(got, &read); err != nil || len(read) != 4 {
		t.Errorf("encoding/json reads %v, %v", read, err)
	}
}

// The token changes exactly when the content does.
func TestServerToken(t *testing.T) {
	token := func(change func(*profiles.Declaration)) string {
		t.Helper()
		d := dns("Acme DNS")
		change(&d)
		token, err := d.ServerToken()
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	same := token(func(*profiles.Declaration) {})
	for name, c := range map[string]struct {
		change func(*profiles.Declaration)
		same   bool
	}{
		"again":         {func(*profiles.Declaration) {}, true},
		"order":         {func(d *profiles.Declaration) { f := d.Payload.Fields; f[0], f[1] = f[1], f[0] }, true},
		"value":         {func(d *profiles.Declaration) { d.Payload.Get("DNSSettings").Get("AllowFailover").Bool = false }, false},
		"key":           {func(d *profiles.Declaration) { d.Payload.Set("ProhibitDisablement", profiles.Boolean(true)) }, false},
		"type":          {func(d *profiles.Declaration) { d.Type += "x" }, false},
		"identifier":    {func(d *profiles.Declaration) { d.Identifier += "x" }, false},
		"what it names": {func(d *profiles.Declaration) { d.Referenced = []byte("profile") }, false},
	} {
		if got := token(c.change); (got == same) != c.same {
			t.Errorf("%s: the token is the same: %t, want %t", name, got == same, c.same)
		}
	}
}

func TestDeclarationIdentifier(t *testing.T) {
	short, long := "com.acme.dns", "com.acme."+strings.Repeat("x", 60)
	if got := profiles.DeclarationIdentifier("com.acme", short); got != short {
		t.Errorf("%s became %s", short, got)
	}
	got := profiles.DeclarationIdentifier("com.acme", long)
	if len(got) > profiles.MaxIdentifier || !strings.HasPrefix(got, "com.acme.") || got == profiles.DeclarationIdentifier("com.acme", long+"y") {
		t.Errorf("%s became %s", long, got)
	}
}

func TestUnfitDeclarations(t *testing.T) {
	for name, d := range map[string]profiles.Declaration{
		"no type":                       {Identifier: "a"},
		"no identifier":                 {Type: "com.apple.activation.simple"},
		"long identifier":               {Type: "com.apple.activation.simple", Identifier: strings.Repeat("x", 65)},
		"not a dictionary":              {Type: "com.apple.activation.simple", Identifier: "a", Payload: profiles.Array()},
		"a key twice":                   {Type: "t", Identifier: "a", Payload: &profiles.Value{Kind: profiles.Dictionary().Kind, Fields: append(dns("").Payload.Fields, dns("").Payload.Fields...)}},
		"a null in an array":            {Type: "t", Identifier: "a", Payload: profiles.Dictionary().Set("k", profiles.Array(&profiles.Value{}))},
		"nothing where a value belongs": {Type: "t", Identifier: "a", Payload: profiles.Dictionary().Set("k", nil)},
	} {
		if data, err := d.Encode(); err == nil {
			t.Errorf("%s: got %s", name, data)
		}
	}
}

func TestDeclarationsPayload(t *testing.T) {
	configuration := dns("Acme DNS")
	all := []profiles.Declaration{configuration, profiles.Activation("com.acme.dns.activation", configuration.Identifier)}
	payload, err := profiles.DeclarationsPayload(all)
	if err != nil {
		t.Fatal(err)
	}
	items := payload.Keys.Get("Declarations").Items
	for i := range all {
		want, err := all[i].Encode()
		if err != nil || !bytes.Equal(items[i].Data, want) {
			t.Errorf("item %d is %s, %v", i, items[i].Data, err)
		}
	}
}
