package cli

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/target"
)

// longName stands in every name of TestEveryCommandFits.
const longName = "Gesellschaft für mobile Endgeräte und deren Verwaltung mbH & Co. KG, Niederlassung Süd"

// printsFile finds command lines that print a file's own lines, which stay as they are: a diff, a request, a template, a schema.
func printsFile(line string) bool {
	return slices.ContainsFunc([]string{"--diff", "--dry-run", "json-schema", "import text: "}, func(part string) bool { return strings.Contains(line, part) })
}

// Whatever a command says, about whatever files, it fits the terminal. Each line of the harness of hostile texts runs on one width.
func TestEveryCommandFits(t *testing.T) {
	deep := filepath.Join(t.TempDir(), "a", "b", "c", "d")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	t.Setenv("HOME", filepath.Dir(deep))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(filepath.Dir(deep), "config"))
	layWorld(t, longName)
	server := hostileServer(longName, 0)
	defer server.Close()
	widths := []int{80, 40, 60, 47, 100, 140, 54, 72, 200, 90, 120}
	n := 0
	for _, command := range slices.Sorted(maps.Keys(hostileLines)) {
		for _, line := range hostileLines[command] {
			if line = command + " " + line; printsFile(line) {
				continue
			}
			columns := widths[n%len(widths)]
			n++
			out := &screen{columns: columns}
			env := &Env{Stdin: strings.NewReader(""), Stdout: out, Stderr: out, Now: time.Now}
			args := strings.Fields(strings.Replace(line, "text: ", "", 1))
			for i := range args {
				args[i] = strings.NewReplacer("TEXT", longName, "SERVER", server.URL).Replace(args[i])
			}
			Main(context.Background(), env, args, "")
			for _, wide := range tooWide(out.String(), columns) {
				if !strings.Contains(wide, "syncguard:ignore") { // for copying
					t.Errorf("%s, %d columns: %s", line, columns, wide)
				}
			}
		}
	}
}

// excerpts are lines of a source file, cut around the place of a finding.
var excerpts = regexp.MustCompile(`(?m)^ +\d* \|.*`)

// bare returns a word without the punctuation that depends on its place.
func bare(word string) string { return strings.Trim(word, ",;:·") }

// Tables and pages keep every word on every terminal: none is broken, cut or lost.
func TestEveryWordIsKept(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	layWorld(t, longName)
	onScreen(t, 80, "build", "builtin:prevention")
	for _, line := range []string{
		"coverage builtin:prevention", "coverage dist/icloud-sync.ios-supervised.mobileconfig", "coverage --explain date-time --target iOS@18/manual builtin:prevention",
		"schema list wifi", "schema search forceAutomatic", "schema sources", "schema show com.apple.wifi.managed", "schema show com.apple.configuration.softwareupdate.settings",
		"rules --group sync", "rules updates-delayed", "verify dist/icloud-sync.macos-manual.mobileconfig",
		"identity show cert.pem", "plan builtin:prevention", "plan dist/icloud-sync.macos-manual.mobileconfig", "migrate dist/icloud-sync.macos-manual.mobileconfig", "lint dist/icloud-sync.macos-manual.mobileconfig",
		"build --unsigned --output profile --target iOS@27/supervised builtin:prevention", "build --unsigned -o out intents.yaml good.yaml", "sign good.mobileconfig -o out/signed.mobileconfig",
	} {
		known := map[string]bool{"": true}
		for _, platform := range target.Platforms() { // in the table of build each has a word of its own
			known[string(platform)] = true
		}
		for _, columns := range []int{200, 180, 160} { // a narrower screen leaves columns out
			for word := range strings.FieldsSeq(onScreen(t, columns, strings.Fields(line)...)) {
				known[bare(word)] = true
			}
		}
		for columns := 40; columns < 160; columns += 3 {
			got := onScreen(t, columns, strings.Fields(line)...)
			for _, wide := range tooWide(got, columns) {
				if !strings.Contains(wide, "syncguard:ignore") {
					t.Errorf("%s, %d columns: %s", line, columns, wide)
				}
			}
			for word := range strings.FieldsSeq(excerpts.ReplaceAllString(got, "")) {
				if !known[bare(word)] {
					t.Errorf("%s, %d columns: the word %q is not on a wide screen", line, columns, word)
				}
			}
		}
	}
}
