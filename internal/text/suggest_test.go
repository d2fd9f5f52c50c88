package text

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	words := []string{"DNSProtocol", "ServerURL", "ServerName", "ServerAddresses"}
	for word, want := range map[string]string{
		"serverurl":      "ServerURL",
		"ServerUrI":      "ServerURL",
		"SeverName":      "ServerName",
		"ServreName":     "ServerName", // two letters swapped
		"serverAdresses": "ServerAddresses",
		"Protocol":       "",
		"x":              "",
		"":               "",
	} {
		if got := Suggest(word, words); got != want {
			t.Errorf("%q suggests %q, want %q", word, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		word       string
		candidates string
		near, help string
	}{
		{"allowCamara", "allowCamera allowChat", "allowCamera", `did you mean "allowCamera"?`},
		{"AllowCamera", "allowCamera", "allowCamera", `did you mean "allowCamera"?`},
		{"wpa2", "WPA WPA2", "WPA2", `did you mean "WPA2"?`},
		{"fasle", "true false", "false", `did you mean "false"?`},
		{"suprevised", "manual supervised", "supervised", `did you mean "supervised"?`},
		{"isableGuest", "EnableGuest DisableGuest", "DisableGuest", `did you mean "DisableGuest"?`},
		{"colour", "weight", "", ""},
		{"", "weight", "", ""},

		{"disallowCamera", "allowCamera", "", `"allowCamera" exists, with the opposite meaning`},
		{"DisableFirewall", "EnableFirewall", "", `"EnableFirewall" exists, with the opposite meaning`},
		{"disable-firewall", "enable_firewall enable-firewall", "", `"enable-firewall" exists, with the opposite meaning`},
		{"unencrypted", "encrypted", "", `"encrypted" exists, with the opposite meaning`},
		{"unsupervised", "supervised", "", `"supervised" exists, with the opposite meaning`},
		{"forceAirDropManaged", "forceAirDropUnmanaged", "", `"forceAirDropUnmanaged" exists, with the opposite meaning`},
		{"forceairdropmanaged", "forceAirDropUnmanaged", "", `"forceAirDropUnmanaged" exists, with the opposite meaning`},
		{"SilentEnrollmentEnabled", "SilentEnrollmentDisabled Enabled", "", `"SilentEnrollmentDisabled" exists, with the opposite meaning`},
		{"AlwaysOff", "AlwaysOn", "", `"AlwaysOn" exists, with the opposite meaning`},
		{"NonRemovableExtensions", "RemovableExtensions", "", `"RemovableExtensions" exists, with the opposite meaning`},
		{"maxLength", "minLength", "", `"minLength" exists, with the opposite meaning`},
		{"dontAllowEject", "AllowEject", "", `"AllowEject" exists, with the opposite meaning`},
		{"CameraDisabled", "Camera", "", `"Camera" exists, with the opposite meaning`},
		{"off", "on", "", `"on" exists, with the opposite meaning`},
		// slips in what says the opposite
		{"disalowCamera", "allowCamera", "", ""}, {"unmangedApps", "managedApps", "", ""}, {"Disconect", "Connect", "", ""}, {"Encludes", "Includes", "", ""},
		// near in letters, though neither meant nor the opposite
		{"HTTP", "HTTPS TLS", "", ""}, {"HTTPProxy", "HTTPSProxy", "", ""}, {"LeaderList", "MemberList", "", ""}, {"IPv4Address", "IPv6Address", "", ""},
		{"WeekendLimit", "WeekdayLimit", "", ""},

		{"1.4", "1.0 1.1 1.2 1.3", "1.3", `the nearest is "1.3"`},
		{"2.0", "1.0 1.1 1.2 1.3", "1.3", `the nearest is "1.3"`},
		{"1.19", "1.2 1.18 1.9", "1.18", `the nearest is "1.18"`},
		{"AES-192", "AES-128 AES-256", "", ""}, // as near to the one as to the other
		{"SHA2-500", "SHA1-160 SHA2-256 SHA2-512", "SHA2-512", `the nearest is "SHA2-512"`},
		{"IPv5", "IPv4 IPv6", "", ""},
		{"2", "0 1", "", ""}, // a code
	} {
		near, help := Nearest(tt.word, strings.Fields(tt.candidates))
		if near != tt.near || help != tt.help {
			t.Errorf("%s of %s: got %q, %q, want %q, %q", tt.word, tt.candidates, near, help, tt.near, tt.help)
		}
	}
}

func TestIsSure(t *testing.T) {
	terms := map[string]bool{"auto": true, "join": true, "size": true, "file": true, "icon": true, "address": true}
	for _, tt := range []struct {
		word, best, candidates string
		want                   bool
	}{
		{"autojoin", "AutoJoin", "AutoJoin", true},
		{" WPA2 ", "WPA2", "WPA WPA2", true},
		{"wpa2", "WPA2", "WPA2 Wpa2", false},
		{"AutoJion", "AutoJoin", "AutoJoin AutoLeave", true},
		{"Auto_Join", "AutoJoin", "AutoJoin", true},
		{"AutoJions", "AutoJoins", "AutoJoins AutoJoint", false}, // nearly as near
		{"IconSize", "IconFile", "IconFile", false},              // a name made of words
		{"Address", "Addresses", "Addresses", false},
		{"Icons", "Icon", "Icon", true},
		{"AddressB", "AddressA", "AddressA", false},
		{"Wird", "Word", "Word", true}, {"Tpe", "Type", "Type", true}, {"WEP", "WPA", "WPA", false},
		{"IPv4Adress", "IPv6Address", "IPv6Address", false}, // other digits
		{"Objective-C", "Objective-C++", "Objective-C++", false},
		{"x", "", "", false},
	} {
		if got := IsSure(tt.word, tt.best, strings.Fields(tt.candidates), func(w string) bool { return terms[w] }); got != tt.want {
			t.Errorf("%q for %q: sure is %t, want %t", tt.word, tt.best, got, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string]string{
		"allowAirDrop2": "allow air drop", "SSID_STR": "ssid str", "PKCSPassword": "pkcs password", "com.apple.vpn-x": "com apple vpn x",
		"HTTP2RelayURL": "http relay url", "": "", "ÜberÄnderung": "über änderung", "-_-": "",
	} {
		if got := strings.Join(Words(name), " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// A name is never suggested for what says its opposite, whatever it is made of.
func FuzzSuggestKeepsTheSense(f *testing.F) {
	for _, name := range []string{"allowCamera", "EnableFirewall", "ﬀ-ǅungle", "İstanbul", "1.2", "on", "ForceUnmanaged", "\xff\xfe"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 60 {
			return
		}
		for _, other := range counterparts(name) {
			if near := Suggest(other, []string{name}); near != "" && !strings.EqualFold(strings.TrimSpace(other), near) {
				t.Errorf("%q is suggested for %q", near, other)
			}
		}
	})
}

// A word of megabytes is compared with nothing: only one of at most maxWord bytes is.
func TestLongWordsHaveNoSuggestion(t *testing.T) {
	name := strings.Repeat("n", maxWord-1)
	if got := Suggest(name+"x", []string{name + "y"}); got != name+"y" {
		t.Errorf("%d bytes: %q", maxWord, got)
	}
	if got := Suggest(name+"xx", []string{name + "yx"}); got != "" {
		t.Errorf("%d bytes: %q", maxWord+1, got)
	}
}
