package rules

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

func TestWrap(t *testing.T) {
	const one = "<key>PayloadType</key>\n<string>com.apple.wifi.managed</string>\n<key>PayloadUUID</key>\n<string>mine</string>\n"
	got := string(Wrap("wifi", []byte(one)))
	for text, n := range map[string]int{
		"\t\t\t<string>com.apple.wifi.managed</string>\n": 1, "<string>mine</string>": 1, "<key>PayloadUUID</key>": 2,
		"<string>com.acme.wifi.1</string>": 1, "<string>com.acme.wifi</string>": 1, "<integer>1</integer>": 2,
	} {
		if strings.Count(got, text) != n {
			t.Errorf("%q does not stand %d times in\n%s", text, n, got)
		}
	}
	if string(Wrap("other", []byte(one))) == got {
		t.Error("two names give one profile")
	}
}

func TestWrapSeveralPayloads(t *testing.T) {
	got := string(Wrap("two", []byte("<dict>\n\t<key>A</key>\n\t<dict>\n\t\t<key>B</key>\n\t\t<true/>\n\t</dict>\n</dict>\n<dict>\n\t<key>C</key>\n\t<true/>\n</dict>\n")))
	for _, text := range []string{"\t\t\t<key>A</key>\n\t\t\t<dict>\n\t\t\t\t<key>B</key>\n", "com.acme.two.1", "\t\t\t<key>C</key>\n", "com.acme.two.2"} {
		if !strings.Contains(got, text) {
			t.Errorf("%q does not stand in\n%s", text, got)
		}
	}
	if strings.Count(got, "<dict>") != strings.Count(got, "</dict>") {
		t.Errorf("dictionaries are not closed:\n%s", got)
	}
}

func TestInputs(t *testing.T) {
	files, err := Example{Files: []txtar.File{{Name: "a.payload"}, {Name: "b.mobileconfig.base64", Data: []byte("aG\nk=\n")}, {Name: "c.txt", Data: []byte("x")}}}.Inputs()
	if err != nil || len(files) != 3 || files[0].Name != "a.mobileconfig" || files[1].Name != "b.mobileconfig" || string(files[1].Data) != "hi" || string(files[2].Data) != "x" {
		t.Errorf("got %v, %v", files, err)
	}
	page := []byte("x")
	if files, err = (Example{Files: []txtar.File{{Name: "a.yaml", Data: page}}}).Inputs(); err != nil {
		t.Fatal(err)
	}
	if files[0].Data[0] = 'y'; page[0] != 'x' {
		t.Error("whoever changes an input changes the page")
	}
	if _, err := (Example{Files: []txtar.File{{Name: "a.base64", Data: []byte("!")}}}).Inputs(); err == nil {
		t.Error("bad base64 passes")
	}
	if Kind("a.mobileconfig.base64") != ".mobileconfig" || Kind("b.yaml") != ".yaml" {
		t.Error("kinds are told by the wrong ending")
	}
}
