package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncguard/internal/cli"
	"syncguard/internal/deploy"
	"syncguard/internal/deploy/jamf"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// jamfServer is a server that behaves as Jamf Pro does, and a destination on it.
type jamfServer struct {
	*fakeJamf
	*jamf.Server
}

func newJamfServer(t interface {
	Fatal(...any)
	Cleanup(func())
}, devices string) *jamfServer {
	f := newFakeJamf().(*fakeJamf)
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	c, err := deploy.NewClient(s.URL, jamf.Options(deploy.Bearer("token-0")))
	if err != nil {
		t.Fatal(err)
	}
	return &jamfServer{f, &jamf.Server{Client: c, Devices: devices, Redeploy: "All"}}
}

// push pushes a profile and returns what was done, and what the server has then.
func (s *jamfServer) push(p *deploy.Profile) (action deploy.Action, item *deploy.Item, remote *plist.Value, err error) {
	ctx := context.Background()
	items, err := s.Prepare(p)
	if err != nil {
		return "", nil, nil, err
	}
	changes, err := s.Session().Plan(ctx, items, true)
	if err != nil {
		return "", nil, nil, err
	}
	s.Session().Push(ctx, changes, func(r deploy.Result) { err = r.Err })
	if err != nil {
		return "", nil, nil, err
	}
	all, err := s.Find(ctx, items)
	if err != nil || all[0] == nil {
		return "", nil, nil, fmt.Errorf("the server has nothing: %w", err)
	}
	remote, err = deploy.ReadContent([]byte(strings.ReplaceAll(string(all[0].Content), "<key></key>\n\t<string></string>", "")))
	return changes[0].Action, items[0], remote, err
}

// Keys that hold what Jamf likes, at the top level and in a payload: docs/mdm.md.
var (
	jamfsTop     = []string{"PayloadDescription", "PayloadDisplayName", "PayloadEnabled", "PayloadIdentifier", "PayloadOrganization", "PayloadUUID"}
	jamfsPayload = []string{"PayloadDisplayName", "PayloadIdentifier", "PayloadOrganization", "PayloadUUID"}
)

// unlike lists the paths of what is not the same in a profile and in what a server holds of it, where a line break is a line break,
// and none at the ends of a text.
func unlike(sent, remote *plist.Value) (paths []string) {
	ofType := map[string][]*plist.Value{}
	for _, payload := range payloadsIn(remote) {
		ofType[typeIn(payload)] = append(ofType[typeIn(payload)], payload)
	}
	for _, f := range sent.Fields {
		switch {
		case slices.Contains(jamfsTop, f.Key):
		case f.Key != "PayloadContent":
			paths = append(paths, unlikeValue(diag.Keys(f.Key), f.Value, remote.Get(f.Key))...)
		}
	}
	for i, payload := range payloadsIn(sent) {
		same := ofType[typeIn(payload)]
		if len(same) == 0 {
			paths = append(paths, fmt.Sprintf("PayloadContent[%d]", i))
			continue
		}
		ofType[typeIn(payload)] = same[1:]
		for _, f := range payload.Fields {
			if !slices.Contains(jamfsPayload, f.Key) {
				paths = append(paths, unlikeValue(diag.Keys("PayloadContent").Item(i).Key(f.Key), f.Value, same[0].Get(f.Key))...)
			}
		}
	}
	return paths
}

func unlikeValue(path diag.Path, sent, remote *plist.Value) (paths []string) {
	lines := func(s string) string {
		return strings.Trim(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	}
	switch {
	case remote == nil || remote.Kind != sent.Kind || len(remote.Items) != len(sent.Items):
		return []string{path.String()}
	case sent.Kind == plist.String && lines(remote.Text) != lines(sent.Text):
		return []string{path.String()}
	case sent.Kind != plist.String && sent.Kind != plist.Array && sent.Kind != plist.Dictionary && !plist.Equal(sent, remote):
		return []string{path.String()}
	}
	for _, f := range sent.Fields {
		there := remote.Get(f.Key)
		for _, h := range remote.Fields {
			if there == nil && lines(h.Key) == lines(f.Key) {
				there = h.Value
			}
		}
		paths = append(paths, unlikeValue(path.Key(f.Key), f.Value, there)...)
	}
	for i, item := range sent.Items {
		paths = append(paths, unlikeValue(path.Item(i), item, remote.Items[i])...)
	}
	return paths
}

// drawText is a text with all that Jamf treats in its own way.
func drawText(t *rapid.T) string {
	return rapid.StringMatching("([ \\n\\t\\r<>&\"'a-z]|\\r\\n|]]>|&amp;|&#13;|&#x3C;|é|\u0085|\u2028|\uFFFD|🍏){0,8}").Draw(t, "text")
}

func drawSettings(t *rapid.T, depth int) *plist.Value {
	v := plist.NewDictionary()
	for i := range rapid.IntRange(0, 3).Draw(t, "settings") {
		key := fmt.Sprintf("k%d%s", i, rapid.SampledFrom([]string{"", "", "", "&", "a\tb", "<", "x\ny", " ", "🍏"}).Draw(t, "key"))
		switch kind := rapid.IntRange(0, 4).Draw(t, "kind"); {
		case kind == 0 && depth > 0:
			v.Set(key, drawSettings(t, depth-1))
		case kind == 1 && depth > 0:
			v.Set(key, plist.NewArray(plist.NewStrings(drawText(t)), plist.NewStrings(drawText(t), "b")))
		case kind == 2:
			v.Set(key, plist.NewInteger(rapid.Int64().Draw(t, "n")))
		default:
			v.Set(key, plist.NewString(drawText(t)))
		}
	}
	return v
}

func drawProfile(t *rapid.T) *deploy.Profile {
	items := plist.NewArray()
	for i := range rapid.IntRange(0, 3).Draw(t, "payloads") {
		payloadType := rapid.SampledFrom([]string{"com.apple.ManagedClient.preferences", "com.apple.notificationsettings", "com.apple.TCC.configuration-profile-policy",
			"com.apple.applicationaccess", "com.apple.webcontent-filter", "com.acme.app"}).Draw(t, "type")
		payload := drawSettings(t, 2)
		if payloadType == "com.apple.ManagedClient.preferences" {
			forced := plist.NewArray(plist.NewDictionary().Set("mcx_preference_settings", payload))
			payload = plist.NewDictionary().Set("PayloadContent", plist.NewDictionary().Set("com.acme.app", plist.NewDictionary().Set("Forced", forced)))
		}
		payload.Set("PayloadType", plist.NewString(payloadType)).Set("PayloadUUID", plist.NewString(fmt.Sprint(i))).Set("PayloadOrganization", plist.NewString("Acme & co"))
		items.Items = append(items.Items, payload)
	}
	root := plist.NewDictionary().Set("PayloadContent", items).Set("PayloadDisplayName", plist.NewString("A & <B>")).Set("PayloadUUID", plist.NewString("U")).
		Set("PayloadIdentifier", plist.NewString("com.acme.a")).Set("PayloadType", plist.NewString("Configuration")).
		Set("PayloadDescription", plist.NewString(drawText(t))).Set("ConsentText", drawSettings(t, 0))
	return &deploy.Profile{Name: "a.mobileconfig", Root: root}
}

// jamfKeepsOrSays is the promise of push jamf: what is not said to be lost arrives, and what is there is not sent again.
func jamfKeepsOrSays(t *rapid.T) {
	devices := rapid.SampledFrom([]string{jamf.Computers, jamf.Mobile}).Draw(t, "devices")
	s, p := newJamfServer(t, devices), drawProfile(t)
	lost := jamf.Losses(p.Root, devices)
	action, item, remote, err := s.push(p)
	if err != nil {
		if !strings.Contains(err.Error(), "drop all settings") {
			t.Fatal(err)
		}
		return
	}
	paths := unlike(p.Root, remote)
	for _, path := range paths {
		if !slices.ContainsFunc(lost, func(l jamf.Loss) bool { return l.Path == path }) {
			t.Fatalf("%q differs, which is not said; %+v", path, lost)
		}
	}
	if action != deploy.Create || len(paths) > 0 && len(item.Losses) == 0 {
		t.Fatalf("%s, and nothing is said of %q", action, paths)
	}
	s.withPassword = rapid.Bool().Draw(t, "password")
	if action, _, _, err := s.push(p); action != deploy.Keep || s.writes != 1 || err != nil {
		t.Fatalf("again: %s, %d writes, %v", action, s.writes, err)
	}
	p.Root.Set("ConsentText", plist.NewDictionary().Set("default", plist.NewString("changed")))
	if action, _, remote, err := s.push(p); action != deploy.Update || err != nil || remote.Lookup("ConsentText", "default").Text != "changed" {
		t.Fatalf("changed: %s, %v", action, err)
	}
}

func TestJamfKeepsOrSays(t *testing.T) { rapid.Check(t, jamfKeepsOrSays) }

func FuzzJamfKeepsOrSays(f *testing.F) { f.Fuzz(rapid.MakeFuzz(jamfKeepsOrSays)) }

// Every profile that build makes by default gets to Jamf whole, for computers and for mobile devices, and is sent once.
func TestDefaultProfilesReachJamf(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	var said strings.Builder
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &said, Stderr: &said, Environ: []string{"HOME=" + t.TempDir()}, Now: time.Now}
	if code := cli.Main(t.Context(), env, []string{"build", "--unsigned", "-o", folder}, "test"); code != 0 {
		t.Fatal(said.String())
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.mobileconfig"))
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, devices := range []string{jamf.Computers, jamf.Mobile} {
		s := newJamfServer(t, devices)
		for i, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root, err := deploy.ReadContent(content)
			if err != nil {
				t.Fatal(err)
			}
			root.Set("PayloadDisplayName", plist.NewString(filepath.Base(file))) // two have the same for iPhones
			p := &deploy.Profile{Name: file, Root: root}
			action, item, remote, err := s.push(p)
			if err != nil || action != deploy.Create || len(item.Losses) > 0 || len(unlike(root, remote)) > 0 {
				t.Errorf("%s for %s: %s %v %q %v", file, devices, action, unlike(root, remote), item.Losses, err)
			}
			if action, _, _, err := s.push(p); err != nil || action != deploy.Keep || s.writes != i+1 {
				t.Errorf("%s for %s, again: %s %v", file, devices, action, err)
			}
		}
	}
}

// What Jamf does to a payload beside its text is no difference either: the icon of a web clip, keys that it adds, payloads in
// another order, numbers and empty keys.
func TestJamfKeepsPayloads(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 60, 30))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i%4/3*255 + i/120%200)
	}
	var icon bytes.Buffer
	if err := png.Encode(&icon, picture); err != nil {
		t.Fatal(err)
	}
	payload := func(payloadType string) *plist.Value {
		return plist.NewDictionary().Set("PayloadType", plist.NewString(payloadType))
	}
	clip := payload("com.apple.webClip.managed").Set("URL", plist.NewString("https://acme.com/")).Set("Icon", plist.NewData(icon.Bytes()))
	root := plist.NewDictionary().Set("PayloadDisplayName", plist.NewString("Clip")).Set("PayloadUUID", plist.NewString("U")).Set("PayloadIdentifier", plist.NewString("U")).
		Set("PayloadContent", plist.NewArray(payload("com.apple.webcontent-filter").Set("FilterType", plist.NewString("")), clip, payload("com.apple.webClip.managed"),
			payload("com.apple.notificationsettings").Set("x", plist.NewReal(1))))
	p := &deploy.Profile{Name: "clip.mobileconfig", Root: root}
	for _, devices := range []string{jamf.Computers, jamf.Mobile} {
		s := newJamfServer(t, devices)
		for i, want := range []deploy.Action{deploy.Create, deploy.Keep, deploy.Keep} {
			if action, _, _, err := s.push(p); err != nil || action != want {
				t.Errorf("push %d for %s: %s, %v", i, devices, action, err)
			}
		}
		other := plist.NewData(renderedIcon(nil))
		old := clip.Get("Icon")
		clip.Set("Icon", other)
		if action, _, _, err := s.push(p); err != nil || action != deploy.Update {
			t.Errorf("another icon for %s: %s, %v", devices, action, err)
		}
		clip.Set("Icon", old)
	}
}

// What Jamf does that nobody knows of is said when it has happened.
func TestJamfIsReadBack(t *testing.T) {
	s := newJamfServer(t, jamf.Computers)
	payload := plist.NewDictionary().Set("PayloadType", plist.NewString("com.acme.app")).Set("forget-me", plist.NewBoolean(true)).Set("on", plist.NewBoolean(true))
	p := &deploy.Profile{Name: "a.mobileconfig", Root: plist.NewDictionary().Set("PayloadDisplayName", plist.NewString("A")).Set("PayloadContent", plist.NewArray(payload))}
	for _, want := range []bool{true, false} {
		items, err := s.Prepare(p)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := s.Session().Plan(t.Context(), items, true)
		if err != nil || changes[0].Action == deploy.Keep {
			t.Fatal(changes, err)
		}
		s.Session().Push(t.Context(), changes, func(r deploy.Result) {
			if said := strings.Contains(r.Note, "stored something different"); r.Err != nil || said != want {
				t.Errorf("said %q, %v", r.Note, r.Err)
			}
		})
		payload.Fields = slices.DeleteFunc(payload.Fields, func(f plist.Field) bool { return f.Key != "PayloadType" && want })
	}
}
