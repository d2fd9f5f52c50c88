package jamf

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"hash/crc32"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
)

func tree(t *rapid.T, depth int) *plist.Value {
	kinds := []string{"string", "integer", "data", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "dictionary", "array", "array")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "integer":
		return plist.NewInteger(rapid.Int64().Draw(t, "n"))
	case "boolean":
		return plist.NewBoolean(rapid.Bool().Draw(t, "b"))
	case "data":
		return plist.NewData(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "d"))
	case "array":
		v := plist.NewArray()
		for range rapid.IntRange(0, 4).Draw(t, "items") {
			v.Items = append(v.Items, tree(t, depth-1))
		}
		return v
	case "dictionary":
		return dictionary(t, depth)
	}
	return plist.NewString(rapid.StringMatching(`([ \n\t\r<>&"'a-z]|]]>|&amp;|&#13;|é|🍏){0,20}`).Draw(t, "s"))
}

func dictionary(t *rapid.T, depth int) *plist.Value {
	v := plist.NewDictionary()
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		v.Set(rapid.StringMatching(`[ \n<a-z]{1,8}`).Draw(t, "key"), tree(t, depth-1))
	}
	return v
}

var betweenElements = regexp.MustCompile(`>\s+<[^/]`)

// What a server reads out of a request, decoded once more as Jamf does, is what the profile said, but for the kind of line breaks.
func TestRequestSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := dictionary(t, 3)
		root.Set("TargetDeviceType", plist.NewInteger(5)).Set("PayloadDisplayName", plist.NewString("A & <B>"))
		d := &Server{Redeploy: "All"}
		items, err := d.Prepare(&deploy.Profile{Name: "p", Root: root})
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Request(items[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		var got detail
		if err := xml.Unmarshal(r.Body, &got); err != nil {
			t.Fatalf("%v\n%s", err, r.Body)
		}
		decoded := html.UnescapeString(strings.ReplaceAll(got.General.Payloads, "&#13;", "&amp;#13;"))
		read, err := deploy.ReadContent([]byte(decoded))
		if err != nil || !plist.Equal(read, withLineBreaks(root)) || got.General.Name != "A & <B>" {
			t.Fatalf("%v\n%s", err, got.General.Payloads)
		}
		if left := strings.NewReplacer("&amp;", "", "&#13;", "").Replace(got.General.Payloads); strings.Contains(left, "&") {
			t.Fatalf("a reference that can do without, in %q", got.General.Payloads)
		}
		if betweenElements.MatchString(got.General.Payloads) || strings.ContainsAny(got.General.Payloads, "\r\n") {
			t.Fatalf("white space between elements, or a line break that Jamf deletes: %q", got.General.Payloads)
		}
	})
}

func TestWrap(t *testing.T) {
	payload := plist.NewDictionary().Set("PayloadType", plist.NewString("com.acme.app")).Set("PayloadUUID", plist.NewString("U")).Set("On", plist.NewBoolean(true))
	apple := plist.NewDictionary().Set("PayloadType", plist.NewString("com.apple.dock"))
	root := plist.NewDictionary().Set("TargetDeviceType", plist.NewInteger(5)).Set("PayloadIdentifier", plist.NewString("a")).Set("PayloadContent", plist.NewArray(payload, apple))
	items, err := (&Server{WrapPreferences: true}).Prepare(&deploy.Profile{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	payloads := items[0].Profile.Root.Get("PayloadContent").Items
	on := payloads[0].Lookup("PayloadContent", "com.acme.app", "Forced").Items[0].Lookup("mcx_preference_settings", "On")
	if on == nil || !on.Bool || payloads[0].Get("PayloadType").Text != "com.apple.ManagedClient.preferences" || payloads[0].Get("PayloadUUID").Text != "U" {
		t.Errorf("wrapped: %v", payloads[0].Fields)
	}
	if !plist.Equal(payloads[1], apple) || payload.Get("PayloadType").Text != "com.acme.app" || len(items[0].Notes) != 1 {
		t.Error("another payload changed, or the profile that was given, or nothing is said")
	}
}

func profile(device int64, fields ...string) *deploy.Profile {
	root := plist.NewDictionary().Set("TargetDeviceType", plist.NewInteger(device)).Set("PayloadDisplayName", plist.NewString("A")).
		Set("PayloadContent", plist.NewArray(plist.NewDictionary().Set("rows", plist.NewArray(plist.NewStrings("x"), plist.NewStrings("y")))))
	for i := 0; i < len(fields); i += 2 {
		root.Set(fields[i], plist.NewString(fields[i+1]))
	}
	return &deploy.Profile{Name: "a.mobileconfig", Root: root}
}

// PayloadScope is a key of macOS: a profile of a phone goes to the device.
func TestLevel(t *testing.T) {
	for name, test := range map[string]struct {
		profile *deploy.Profile
		remote  string // level of the one that is there, empty for none
		want    string
	}{
		"a Mac":                               {profile(5), "", "User"},
		"a Mac as a whole":                    {profile(5, "PayloadScope", "System"), "", "Computer"},
		"a phone":                             {profile(1), "", "Device"},
		"a phone with a scope":                {profile(1, "PayloadScope", "User"), "", "User"},
		"no such scope":                       {profile(5, "PayloadScope", "Galaxy"), "", ""},
		"what is there stays":                 {profile(5), "System", "Computer"},
		"what is there stays on a phone":      {profile(1), "User", "User"},
		"in the words of the web page":        {profile(1), "User Level", "User"},
		"unless the profile says another":     {profile(5, "PayloadScope", "User"), "System", "User"},
		"a level that nobody knows is no one": {profile(5), "galaxy", "User"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Server{Redeploy: "All"}
			items, err := d.Prepare(test.profile)
			if test.want == "" {
				if err == nil {
					t.Error("it is taken")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var remote *deploy.Remote
			if test.remote != "" {
				remote = &deploy.Remote{ID: "3", Name: "A", Content: []byte(`<plist version="1.0"><dict/></plist>`), Fields: map[string]string{"level": test.remote, "uuid": "J"}}
			}
			r, err := d.Request(items[0], remote)
			var got detail
			if err != nil || xml.Unmarshal(r.Body, &got) != nil || got.General.Level != test.want {
				t.Errorf("got level %q, %v; want %q", got.General.Level, err, test.want)
			}
		})
	}
}

// What Jamf adds is no difference; what somebody changed is.
func TestCompare(t *testing.T) {
	const head, tail = `<plist version="1.0"><dict><key></key><string/><key></key><string/><key>PayloadUUID</key><string>J</string><key>PayloadIdentifier</key><string>J</string>
<key>PayloadEnabled</key><true/><key>PayloadRemovalDisallowed</key><true/><key>TargetDeviceType</key><integer>5</integer>
<key>PayloadContent</key><array><dict><key></key><string/><key>rows</key><array>`, `</array></dict></array></dict></plist>`
	rows := head + `<array/><array><string>x</string></array><array/><array><string>y</string></array>` + tail
	for name, test := range map[string]struct {
		profile *deploy.Profile
		content string
		level   string
		want    string
	}{
		"phantoms and what it adds": {profile(5), rows, "User", "same"},
		"another level":             {profile(5, "PayloadScope", "System"), rows, "User", "different"},
		"the device's level":        {profile(5, "PayloadScope", "User"), rows, "System", "different"},
		"a row is gone":             {profile(5), head + `<array><string>x</string></array>` + tail, "User", "different"},
		"a description":             {profile(5, "PayloadDescription", "d"), rows, "User", "different"},
		"nothing that can be read":  {profile(5), "<plist", "User", "unknown"},
		"no scope, and any level":   {profile(5), rows, "System", "same"},
		"a level that nobody knows": {profile(5, "PayloadScope", "System"), rows, "galaxy", "same"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Server{Redeploy: "All"}
			items, err := d.Prepare(test.profile)
			if err != nil {
				t.Fatal(err)
			}
			remote := &deploy.Remote{ID: "3", Name: "A", Content: []byte(test.content), Fields: map[string]string{"level": test.level, "uuid": "J", "description": ""}}
			current, wanted, err := d.Compare(items[0], remote)
			got := "different"
			switch {
			case err != nil:
				got = err.Error()
			case current == nil:
				got = "unknown"
			case plist.Equal(current, wanted):
				got = "same"
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			r, err := d.Request(items[0], remote) // with the server's identity, whatever it has
			var sent detail
			if err != nil || xml.Unmarshal(r.Body, &sent) != nil {
				t.Fatal(err)
			}
			root, err := deploy.ReadContent([]byte(sent.General.Payloads))
			if err != nil || root.Get("PayloadUUID").Text != "J" || root.Get("PayloadIdentifier").Text != "J" {
				t.Errorf("sent %s, %v", sent.General.Payloads, err)
			}
		})
	}
}

// What somebody wrote in Jamf stays where the profile says nothing of it, and what is asked for on the command line counts.
func TestUpdateKeeps(t *testing.T) {
	remote := &deploy.Remote{ID: "3", Name: "A", Content: []byte(`<plist version="1.0"><dict/></plist>`), Fields: map[string]string{"level": "User", "uuid": "J", "category": "Old"}}
	d := &Server{Redeploy: "All", Category: "New"}
	for _, test := range []struct {
		profile *deploy.Profile
		want    bool // whether a description is sent
	}{{profile(5), false}, {profile(5, "PayloadDescription", "d"), true}} {
		items, err := d.Prepare(test.profile)
		if err != nil {
			t.Fatal(err)
		}
		r, err := d.Request(items[0], remote)
		if err != nil || strings.Contains(string(r.Body), "<description>") != test.want {
			t.Errorf("%v\n%s", err, r.Body)
		}
		current, wanted, err := d.Compare(items[0], remote)
		if err != nil || current.Get("category").Text != "Old" || wanted.Get("category").Text != "New" {
			t.Errorf("the category is no difference: %v", err)
		}
	}
}

// An identity of another kind is none.
func TestIdentityOfAnotherKind(t *testing.T) {
	remote := &deploy.Remote{ID: "3", Content: []byte(`<plist version="1.0"><dict><key>PayloadIdentifier</key><array/><key>PayloadUUID</key><string/></dict></plist>`), Fields: map[string]string{"uuid": "J"}}
	body, err := keepIdentity(profile(5).Root, remote)
	if err != nil || strings.Count(string(body), "<string>J</string>") != 2 {
		t.Errorf("%v\n%s", err, body)
	}
}

// picture is a square in two halves.
func picture(t *testing.T, side int, left, right color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			m.Set(x, y, left)
			if x >= side/2 {
				m.Set(x, y, right)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Two pictures are the same in another size and format, and not with another half.
func TestSamePicture(t *testing.T) {
	red, blue := color.RGBA{0xFF, 0, 0, 0xFF}, color.RGBA{0, 0, 0xFF, 0xFF}
	small, large := picture(t, 8, red, blue), picture(t, 180, red, blue)
	var photo bytes.Buffer
	m, _, err := image.Decode(bytes.NewReader(large))
	if err == nil {
		err = jpeg.Encode(&photo, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(small)
	binary.BigEndian.PutUint32(huge[16:], 1<<20)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for name, test := range map[string]struct {
		a, b []byte
		same bool
	}{
		"another size":       {small, large, true},
		"another format":     {large, photo.Bytes(), true},
		"another half":       {large, picture(t, 180, red, red), false},
		"no picture":         {large, []byte("x"), false},
		"twice no picture":   {[]byte("x"), []byte("x"), true},
		"nothing":            {nil, large, false},
		"more than is read":  {huge, large, false},
		"half of one":        {large[:len(large)/2], large, false},
		"one pixel":          {picture(t, 1, blue, blue), picture(t, 180, blue, blue), true},
		"another, one pixel": {picture(t, 1, red, red), picture(t, 180, blue, blue), false},
	} {
		if got := isSamePicture(test.a, test.b); got != test.same {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
