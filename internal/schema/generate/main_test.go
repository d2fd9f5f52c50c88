package main

import (
	"cmp"
	"encoding/csv"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"syncguard/internal/schema"
	"syncguard/internal/schema/appleyaml"
)

const catalogFolder = "../catalog"

// TestCatalogIsCurrent makes the catalog anew, twice, and compares every byte.
func TestCatalogIsCurrent(t *testing.T) {
	data := sourceData(t)
	for range 2 {
		files, origins, err := build(os.DirFS(filepath.Join(data, "apple-device-management")), os.DirFS(filepath.Join(data, "profile-manifests")),
			ownSources(t, os.DirFS(sourcesFolder)))
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range files {
			if got, err := os.ReadFile(filepath.Join(catalogFolder, name)); err != nil || string(got) != string(want) {
				t.Errorf("%s differs (%v); run make generate", name, err)
			}
		}
		for _, name := range filesBelow(t, os.DirFS(catalogFolder)) {
			if files[name] == nil {
				t.Errorf("%s is not generated; run make generate", name)
			}
		}
		if got, err := os.ReadFile(filepath.Join(sourcesFolder, originsFile)); err != nil || string(got) != string(origins) {
			t.Errorf("%s differs (%v); run make generate", originsFile, err)
		}
	}
}

func ownSources(t *testing.T, files fs.FS) *sources {
	t.Helper()
	s, err := readSources(files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func filesBelow(t *testing.T, files fs.FS) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestOrigins proves that the table of origins names each file of the catalog and each file of the sources, and that no
// source has changed since the catalog was made.
func TestOrigins(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sourcesFolder, originsFile))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil || len(rows) == 0 || strings.Join(rows[0], ",") != originColumns {
		t.Fatalf("the table of origins is %v, %v", rows, err)
	}
	s := ownSources(t, os.DirFS(sourcesFolder))
	made, used := map[string]bool{"index.json": true}, map[string]bool{originsFile: true} // the index is made of the other files
	for _, row := range rows[1:] {
		made[row[0]] = true
		if row[1] != ownSource {
			if c := s.checkouts.of(row[1]); c.Release == "" {
				t.Errorf("%s: %s is not in %s", row[0], row[1], checkoutsFile)
			}
			continue
		}
		used[row[2]] = true
		if content, err := os.ReadFile(filepath.Join(sourcesFolder, row[2])); err != nil {
			t.Errorf("%s: %v", row[0], err)
		} else if blob(content) != row[3] {
			t.Errorf("%s has changed since %s was made; run make generate", row[2], row[0])
		}
	}
	for _, name := range filesBelow(t, os.DirFS(catalogFolder)) {
		if !made[name] {
			t.Errorf("%s has no origin", name)
		}
		delete(made, name)
	}
	if delete(made, everyFile); len(made) > 0 {
		t.Errorf("%v are not in the catalog", slices.Collect(maps.Keys(made)))
	}
	for _, name := range filesBelow(t, os.DirFS(sourcesFolder)) {
		if !used[name] && filepath.Ext(name) != ".md" {
			t.Errorf("nothing in the catalog is made of %s: run make generate", name)
		}
	}
}

// Small checkouts in the place of the public ones, which the sources need for their changes to com.apple.applicationaccess.
func smallCheckouts(t *testing.T) (apple, community fs.FS) {
	t.Helper()
	const delta = "mdm/profiles/com.apple.applicationaccess.delta.yaml"
	keys := "payload: {payloadtype: com.apple.applicationaccess}\npayloadkeys:\n"
	each(readMapping(t, filepath.Join(sourcesFolder, "apple", delta)), func(section string, list *yaml.Node) {
		if section == "changed" || section == "removed" {
			for _, item := range list.Content {
				keys += "- {key: " + item.Content[1].Value + ", type: <boolean>}\n"
			}
		}
	})
	apple = fstest.MapFS{"mdm/profiles/com.apple.applicationaccess.yaml": {Data: []byte(keys)}}
	return apple, fstest.MapFS{"Manifests/ManagedPreferencesApple/com.example.lamp.plist": {Data: []byte(
		`<plist version="1.0"><dict><key>pfm_domain</key><string>com.example.lamp</string>` +
			`<key>pfm_platforms</key><array><string>macOS</string></array><key>pfm_subkeys</key><array/></dict></plist>`)}}
}

// inMemory copies the sources.
func inMemory(t *testing.T) fstest.MapFS {
	t.Helper()
	files, own := fstest.MapFS{}, os.DirFS(sourcesFolder)
	for _, name := range filesBelow(t, own) {
		data, err := fs.ReadFile(own, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// TestAFactIsCarriedThrough changes one fact of each kind of source, and looks for it in the catalog.
func TestAFactIsCarriedThrough(t *testing.T) {
	apple, community := smallCheckouts(t)
	before, origins, err := build(apple, community, ownSources(t, inMemory(t)))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ file, pattern, to, catalog, want string }{
		{"apple/mdm/profiles/com.apple.dock.yaml", `introduced: '[0-9.]+'`, "introduced: '77.1'", "profiles/com.apple.dock.json", `"77.1"`},
		{"apple/declarative/declarations/assets/data.yaml", `- key: \S+`, "- key: Renamed", "declarations/com.apple.asset.data.json", `"key": "Renamed"`},
		{"apple/mdm/profiles/com.apple.applicationaccess.delta.yaml", `deprecated: '[0-9.]+'`, "deprecated: '77.2'", "profiles/com.apple.applicationaccess.json", `"77.2"`},
		{"apple/payload-lifecycle.csv", `(com.apple.SoftwareUpdate,macOS,[^,]*),[^,]*`, "$1,77.3", "profiles/com.apple.SoftwareUpdate.json", `"77.3"`},
		{"apple/status-items.csv", `macOS [0-9.]+`, "macOS 77.4", "status/StatusItems.json", `"77.4"`},
		{"unsure.csv", `$`, "com.apple.dock,a fact made up\n", "profiles/com.apple.dock.json", `"a fact made up"`},
		{"unsure-releases.csv", `after`, "as of 77.5 and after", "", "as of 77.5"},
		{"releases.csv", `(\n97a11a86\w*),.*`, "$1,77.6", "index.json", `"77.6 (97a11a861f4e)"`},
		{"checkouts.csv", `(\nProfileManifests/.*),.*`, "$1,77.7", "preferences/com.example.lamp.json", `"77.7 (`},
		{"prescribed.csv", `(com.apple.Terminal,[^,]*),[^,]*`, "$1,integer", "preferences/com.apple.Terminal(prescribed).json", `"integer"`},
	}
	changed := inMemory(t)
	for _, tt := range tests {
		data, pattern := string(changed[tt.file].Data), regexp.MustCompile(tt.pattern)
		if !pattern.MatchString(data) {
			t.Errorf("%s has no %s", tt.file, tt.pattern)
		}
		changed[tt.file].Data = []byte(pattern.ReplaceAllString(data, tt.to))
	}
	after, changedOrigins, err := build(apple, community, ownSources(t, changed))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		if tt.catalog != "" && before[tt.catalog] == nil {
			t.Errorf("%s: there is no %s", tt.file, tt.catalog)
		}
		if has(before, tt.catalog, tt.want) || !has(after, tt.catalog, tt.want) {
			t.Errorf("%s: %s is not in %s, or was", tt.file, tt.want, cmp.Or(tt.catalog, "any file"))
		}
		if hash := blob(changed[tt.file].Data); !strings.Contains(string(changedOrigins), hash) || strings.Contains(string(origins), hash) {
			t.Errorf("%s: the origins do not have its new hash", tt.file)
		}
	}
}

// has reports whether a file of the catalog has a text, or any file for the name "".
func has(files map[string][]byte, name, text string) bool {
	for file, data := range files {
		if (name == "" || name == file) && strings.Contains(string(data), text) {
			return true
		}
	}
	return false
}

// belowComments returns a file without the comments at its top.
func belowComments(data []byte) string {
	body := string(data)
	for strings.HasPrefix(body, "#") {
		_, body, _ = strings.Cut(body, "\n")
	}
	return body
}

// TestSourcesAreFacts proves that the files of the sources name their source, and hold no text of Apple's.
func TestSourcesAreFacts(t *testing.T) {
	s := ownSources(t, os.DirFS(sourcesFolder))
	if _, err := appleyaml.Read(s.apple, ""); err != nil {
		t.Error(err)
	}
	names, err := appleyaml.SchemaFiles(s.apple)
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(s.apple, name)
		if err != nil {
			t.Fatal(err)
		}
		facts, left, err := appleyaml.FactsFile("", "", data, nil)
		if err != nil || left != nil {
			t.Errorf("%s: unknown fields %v, error %v", name, left, err)
		} else if diff := gocmp.Diff(belowComments(data), belowComments(facts)); diff != "" {
			t.Errorf("%s has lines that are no facts, or a form of its own: want what + marks, without what - marks\n%s", name, diff)
		}
	}
}

func TestReadSourcesRefuses(t *testing.T) {
	tests := []struct{ file, data, want string }{
		{"checkouts.csv", "source,commit\n", "reading checkouts.csv: invalid first line: want source,commit,release"},
		{"checkouts.csv", "source,commit,release\na/b,b6202ca,18.1\n", `line 2: invalid commit "b6202ca": want 40 hexadecimal digits`},
		{"releases.csv", "commit,release\nsoon,27\n", `invalid commit "soon"`},
		{"unsure.csv", "type,unsure\n\"x\n", "reading unsure.csv"},
		{"prescribed.csv", "domain,key,type,rule,source\nd,k,lamp,r,s@1\n", "reading prescribed.csv: line 2"},
	}
	for _, tt := range tests {
		files := inMemory(t)
		files[tt.file] = &fstest.MapFile{Data: []byte(tt.data)}
		if _, err := readSources(files); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error is %v, want %s", err, tt.want)
		}
	}
	if _, err := readSources(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), checkoutsFile) {
		t.Errorf("error is %v", err)
	}
}

func TestRunReadsBeforeItWrites(t *testing.T) {
	o := options{apple: t.TempDir(), manifests: t.TempDir(), sources: sourcesFolder, out: t.TempDir()}
	if err := run(o, io.Discard); err == nil || !strings.Contains(err.Error(), "mdm/profiles") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(o.out); err != nil {
		t.Error("the catalog is emptied before its sources are read")
	}
}

// TestCorrectionsThatAreNotNeeded proves that a slip which Apple mends does not stay on the list unseen.
func TestCorrectionsThatAreNotNeeded(t *testing.T) {
	right := &schema.Type{ID: "TopLevel", Keys: []*schema.Key{{Name: "ConsentText", Keys: []*schema.Key{{Name: schema.Any}}}}}
	err := appleyaml.Correct([]*schema.Type{right})
	if err == nil || !strings.Contains(err.Error(), "ConsentText") {
		t.Errorf("error is %v", err)
	}
}

func TestUnsureMarks(t *testing.T) {
	apple := func(version string) schema.Source {
		return schema.Source{Name: "apple/device-management", Version: version}
	}
	s := ownSources(t, os.DirFS(sourcesFolder))
	base := s.checkouts.of("apple/device-management").Commit
	const beta, released, seed = "97a11a861f4ea9024adc7c86a35f817041414834", "61449b07e22d7d659aaa9ae65a29688cff3902a2", "1548d422768fe7a125e4a6f30ee0cb121a0cc333"
	documentation := schema.Source{Name: "developer.apple.com", Version: "27"}
	tests := []struct {
		name    string
		family  schema.Family
		sources []schema.Source
		want    string
	}{
		{"payload not read again", schema.Payload, []schema.Source{apple(base)}, "allowmanualinstall and channels after 18.1"},
		{"declaration not read again", schema.Asset, []schema.Source{apple(base)}, "enrollments and scopes after 18.1"},
		{"envelope not read again", schema.Envelope, []schema.Source{apple(base)}, ""},
		{"read at a beta", schema.Payload, []schema.Source{apple(base), apple(beta)}, "channels, enrollments and ranges after 27 beta"},
		{"read at the seed", schema.Configuration, []schema.Source{apple(seed)}, "changes after 27 seed"},
		{"read at the seed, and documented", schema.Configuration, []schema.Source{apple(seed), documentation}, "combinetype and element names after 27 seed; order of keys"},
		{"read at the release", schema.Payload, []schema.Source{apple(base), apple(released)}, ""},
		{"read at a commit without a release", schema.Configuration, []schema.Source{apple(strings.Repeat("a", 40)), documentation}, ""},
		{"documentation only", schema.Configuration, []schema.Source{documentation}, "combinetype; names of array elements; order of keys"},
	}
	for _, tt := range tests {
		x := &schema.Type{Family: tt.family, Sources: tt.sources}
		s.markUnsure([]*schema.Type{x})
		if got := strings.Join(x.Unsure, "; "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReplaceRemovesOldFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "catalog")
	for _, name := range []string{"old/a.json", "b.json"} {
		if err := replace(folder, map[string][]byte{name: nil}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "old")); err == nil {
		t.Error("a file of the last catalog stays")
	}
}
