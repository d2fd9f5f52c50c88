package schema

import (
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// descriptionSource matches a commit and a file of a public repository, or a page of Apple.
var descriptionSource = regexp.MustCompile(`^(apple/device-management@[0-9a-f]{7} \S+\.yaml|ProfileManifests Manifests/\S+\.plist|(developer|support)\.apple\.com/\S+)$`)

func readDescriptions(t *testing.T) [][]string {
	t.Helper()
	data, err := os.ReadFile("descriptions.csv")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "\r") {
		t.Error("descriptions.csv has a carriage return")
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		t.Fatal("descriptions.csv is empty")
	}
	if diff := cmp.Diff([]string{"type", "key", "line", "source"}, rows[0]); diff != "" {
		t.Error(diff)
	}
	return rows[1:]
}

func TestDescriptionsAreSortedAndUnique(t *testing.T) {
	previous := []string{"", ""}
	for _, row := range readDescriptions(t) {
		if slices.Compare(previous, row[:2]) >= 0 {
			t.Errorf("%s %s stands after %s %s: want lines sorted by type and key, one for each", row[0], row[1], previous[0], previous[1])
		}
		previous = row[:2]
	}
}

func TestDescriptionsAreShortLines(t *testing.T) {
	for _, row := range readDescriptions(t) {
		name, line, source := row[0]+"."+row[1], row[2], row[3]
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%s: the line has %d characters, more than 80", name, n)
		}
		if first, _ := utf8.DecodeRuneInString(line); !unicode.IsUpper(first) && !unicode.IsDigit(first) {
			t.Errorf("%s: %q begins with neither an upper-case letter nor a digit", name, line)
		}
		if line != strings.Join(strings.Fields(line), " ") || strings.HasSuffix(line, ".") {
			t.Errorf("%s: %q has needless space or a full stop", name, line)
		}
		if !descriptionSource.MatchString(source) {
			t.Errorf("%s: unknown kind of source %q", name, source)
		}
	}
}

func TestDescriptionsAreOfKnownKeys(t *testing.T) {
	entries, err := Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	types := map[string][]*Type{}
	for _, e := range entries {
		x, err := Embedded().Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		types[e.ID] = append(types[e.ID], x)
	}
	for _, row := range readDescriptions(t) {
		path := strings.Split(row[1], ".")
		known := func(x *Type) bool { return x.Key(path...) != nil }
		if !slices.ContainsFunc(types[row[0]], known) {
			t.Errorf("%s has no key %s", row[0], row[1])
		}
	}
}

// TestDescriptionsOfPrevention covers every key of the types the prevention intents use. Of Restrictions, a long list,
// it covers the keys they set.
func TestDescriptionsOfPrevention(t *testing.T) {
	described := map[string]bool{}
	for _, row := range readDescriptions(t) {
		described[row[0]+" "+row[1]] = true
	}
	want := []string{
		"com.apple.applicationaccess allowAppCellularDataModification",
		"com.apple.applicationaccess allowCloudBackup",
		"com.apple.applicationaccess allowGlobalBackgroundFetchWhenRoaming",
		"com.apple.applicationaccess forceAutomaticDateAndTime",
		"com.apple.finder FXRemoveOldTrashItems",
		"com.apple.timed TMAutomaticTimeOnlyEnabled",
	}
	for id, family := range map[string]Family{
		"com.apple.dnsSettings.managed":                               Payload,
		"com.apple.MCX(TimeServer)":                                   Payload,
		"com.apple.networkusagerules":                                 Payload,
		"com.apple.SoftwareUpdate":                                    Payload,
		"com.apple.configuration.network.dns-settings":                Configuration,
		"com.apple.configuration.softwareupdate.settings":             Configuration,
		"com.apple.configuration.softwareupdate.enforcement.specific": Configuration,
	} {
		x, err := Embedded().Type(id, family)
		if err != nil {
			t.Fatal(err)
		}
		if x == nil {
			t.Fatalf("no %s", id)
		}
		var visit func(nodes []*Node)
		visit = func(nodes []*Node) {
			for _, n := range nodes {
				if !n.IsElement {
					want = append(want, id+" "+strings.ReplaceAll(n.Path, "[]", ""))
				}
				visit(n.Nodes)
			}
		}
		visit(x.Tree())
	}
	for _, name := range want {
		if !described[name] {
			t.Errorf("no description of %s", name)
		}
	}
}
