package lint

import (
	"strings"
	"testing"

	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
)

func TestWords(t *testing.T) {
	two, three, low, high := 2, 3, 1.5, 1e6
	many := list(strings.Split("a b c d e f g h i j k l m n", " ")...)
	tests := []struct{ got, want string }{
		{counts(&two, nil), "at least 2"},
		{counts(nil, &two), "at most 2"},
		{counts(&two, &two), "exactly 2"},
		{counts(&two, &three), "2 to 3"},
		{interval(&low, nil), "at least 1.5"},
		{interval(nil, &high), "at most 1000000"},
		{interval(&low, &high), "1.5 to 1000000"},
		{count(1, "item"), "1 item"},
		{count(0, "item"), "0 items"},
		{allowed(list("a")), `"a"`},
		{allowed(many), `one of "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", 2 more`},
		{withArticle("integer"), "an integer"},
		{withArticle("string"), "a string"},
		{withArticle("data"), "data"},
		{quote("a\x1b\u202e"), `"a\x1b\u202e"`},
		{quote(strings.Repeat("é", 61)), `"` + strings.Repeat("é", 60) + `..."`},
		{didYouMean(""), ""},
		{describe("Text", nil), "nothing"},
		{describe("Text", plist.NewInteger(3)), "3"},
		{describe("WPA3PSK", plist.NewString("x")), "a secret string"},
		{describe("URL", plist.NewString("https://me:x@example.com/@")), "a secret string"},
		{describe("URL", plist.NewString("https://example.com/@me")), `"https://example.com/@me"`},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

func TestPath(t *testing.T) {
	content := root.field("PayloadContent")
	tests := []struct {
		path       *path
		text, name string
	}{
		{root, "", ""},
		{content, "PayloadContent", "PayloadContent"},
		{content.at(2), "PayloadContent[2]", "PayloadContent[2]"},
		{content.at(2).field("DNSSettings").field("ServerURL"), "PayloadContent[2].DNSSettings.ServerURL", "ServerURL"},
		{content.at(0).field("Key Type"), `PayloadContent[0]["Key Type"]`, "Key Type"},
		{root.field("a.b").field("c").at(1).at(2), `["a.b"].c[1][2]`, "c[1][2]"},
		{root.field(""), `[""]`, ""},
	}
	for _, tt := range tests {
		if got := tt.path.String(); got != tt.text {
			t.Errorf("got path %s, want %s", got, tt.text)
		}
		if got := tt.path.name(); got != tt.name {
			t.Errorf("got name %s, want %s", got, tt.name)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	for text, want := range map[string]bool{
		"$SERIAL": true, "${SERIAL}": true, "{{serialnumber}}": true, "%SerialNumber%": true, "a-$FLEET_VAR_X-b": true,
		"": false, "$5": false, "100%": false, "{x}": false, "https://dns.example.com/q{?dns}": false, "%20": false,
	} {
		if got := hasPlaceholder(plist.NewString(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestPasswordIsNoPlaceholder(t *testing.T) {
	c := New(schema.Embedded())
	for password, want := range map[string]string{"Tr0ub4$dor": "", "100%pure%x": "", "$WIFI_PASSWORD": "placeholder", "x-${WIFI}": "placeholder"} {
		profile := own(pl(wifi, "SSID_STR", "Home", "EncryptionType", "WPA2", "Password", password))
		found, err := c.Check(profile, nil, Options{Groups: []rules.Group{rules.Delivery}, Placeholders: PlaceholdersSigned})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for _, d := range found {
			got += d.Rule
		}
		if got != want {
			t.Errorf("the password %q is %q, want %q", password, got, want)
		}
	}
}
