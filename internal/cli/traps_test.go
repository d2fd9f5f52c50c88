package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncguard/internal/cli"
)

// trapCanary is what a trap is after: it is in a file beside the repository, in hidden files of the checkout and in the
// environment.
const trapCanary = "k4n4ry-of-the-runner"

const trapIgnores = "ignore:\n  - {rule: cloud-sync-disabled, reason: trap}\n  - {rule: updates-delayed, reason: trap}\n"

// trapTemplate is a template with lines of the trap's own in front.
func trapTemplate(lines string) string {
	return lines + "organization: {name: Acme, identifier: com.acme.trap}\ntargets: [iOS/supervised]\nprevention: {date-time: false}\n"
}

// trapWifi is trapTemplate with a value for the name of a network.
func trapWifi(value string) string {
	return trapTemplate("") + "payloads:\n  - {id: wifi, type: com.apple.wifi.managed, keys: {SSID_STR: " + value + ", EncryptionType: None}}\n"
}

// TestTrapRepository checks a pull request to a repository of 60 profiles: one profile has two findings, and each case adds
// what its author could, to hide them or to show a secret of the machine.
func TestTrapRepository(t *testing.T) {
	bad := readTrapFile(t, "slow.mobileconfig")
	good := readTrapFile(t, "good.mobileconfig")
	const always = "profiles/bad.mobileconfig"
	many := strings.Repeat("<string></wrong>", 300) // more findings than are kept of a file
	for name, c := range map[string]struct {
		files map[string]string // of the change
		links map[string]string
		found []string // more findings that must be there: file and rule
	}{
		"a project file":             {files: map[string]string{".syncguard.yaml": trapIgnores}},
		"a project file deeper down": {files: map[string]string{"profiles/.syncguard.yaml": trapIgnores}},
		"settings of its own": {files: map[string]string{".syncguard.yaml": "paths: [profiles/p1.mobileconfig]\ntargets: [watchOS]\nfail-on: error\nselect: [structure]\nbaseline: b.json\n",
			"b.json": `{"version": 2, "findings": []}`}},
		"settings deeper down":           {files: map[string]string{"profiles/.syncguard.yaml": "paths: [p1.mobileconfig]\nselect: [structure]\n"}},
		"a project of its own":           {files: map[string]string{"profiles/syncguard.yaml": trapTemplate(""), "syncguard.yaml": trapTemplate(""), "profiles/.git/config": ""}},
		"the record of a build":          {files: map[string]string{"profiles/.syncguard.build": `{"version": 1, "templates": {}, "files": []}`}},
		"in other case":                  {files: map[string]string{".SYNCGUARD.YAML": trapIgnores, "profiles/.Syncguard.Yaml": trapIgnores, ".syncguard.yml": trapIgnores}},
		"a folder as the project file":   {files: map[string]string{".syncguard.yaml/.syncguard.yaml": trapIgnores}},
		"a project file behind a link":   {files: map[string]string{"x": trapIgnores}, links: map[string]string{".syncguard.yaml": "x"}},
		"a project file of the machine":  {links: map[string]string{".syncguard.yaml": "../machine/secret.yaml"}},
		"a huge project file":            {files: map[string]string{".syncguard.yaml": trapIgnores + strings.Repeat("#\n", 10<<20)}},
		"anchors in a project file":      {files: map[string]string{".syncguard.yaml": "x: &x\n" + strings.ReplaceAll(trapIgnores, "ignore:", "  ignore:") + "<<: *x\n"}},
		"schemas":                        {files: map[string]string{".syncguard/schema/manifests/index.json": "{}", ".syncguard/schema/apple/index.json": "{}"}},
		"schemas of the machine":         {links: map[string]string{".syncguard/schema": "../../machine"}},
		"comments":                       {files: map[string]string{always: strings.ReplaceAll(bad, "\t\t\t<key>", "\t\t\t<!-- syncguard:ignore updates-delayed,cloud-sync-disabled: trap -->\n\t\t\t<key>")}},
		"a comment around the file":      {files: map[string]string{always: strings.Replace(bad, "<plist", "<!-- syncguard:ignore-file updates-delayed -->\n<plist", 1)}},
		"a folder called like a profile": {files: map[string]string{"x.mobileconfig/y.mobileconfig": bad}, found: []string{"x.mobileconfig/y.mobileconfig", "cloud-sync-disabled"}},
		"composed and decomposed names": {files: map[string]string{"profiles/caf\u00e9.mobileconfig": good, "profiles/cafe\u0301.mobileconfig": bad},
			found: []string{"profiles/cafe\u0301.mobileconfig", "cloud-sync-disabled"}},
		"capitals": {files: map[string]string{"profiles/B.MOBILECONFIG": bad}, found: []string{"profiles/B.MOBILECONFIG", "cloud-sync-disabled"}},
		"more findings than kept": {files: map[string]string{"profiles/many.mobileconfig": "<plist version=\"1.0\"><array>" + many + "</array></plist>"},
			found: []string{"profiles/many.mobileconfig", "error"}},
		"a declaration with escaped names": {files: map[string]string{"d.json": `{"\u0054ype": "com\u002eapple.configuration.passcode.settings", "Identifier": "a", "Payload": {"Nope": 1}}`},
			found: []string{"d.json", "unknown-key"}},
		"a template with quoted keys": {files: map[string]string{"q.yaml": "\"\\u006frganization\": {name: Acme, identifier: com.acme}\n\"target\\x73\": [iOS]\n\"payload\\x73\" : [{id: a, type: com.apple.nope}]\n"},
			found: []string{"q.yaml", "unknown-payload-type"}},
		"a profile behind a link":     {links: map[string]string{"profiles/l.mobileconfig": "../../machine/secret.mobileconfig"}},
		"a folder behind a link":      {links: map[string]string{"profiles/machine": "../../machine"}},
		"a template of the machine":   {files: map[string]string{"t.yaml": "extends: ../machine/secret.yaml\n" + trapTemplate("")}},
		"by a way around":             {files: map[string]string{"dir/x.yaml": "a: b\n", "t.yaml": "extends: dir/../../machine/secret.yaml\n" + trapTemplate("")}},
		"by a link inside":            {files: map[string]string{"t.yaml": "extends: l.yaml\n" + trapTemplate("")}, links: map[string]string{"l.yaml": "../machine/secret.yaml"}},
		"a base with traps":           {files: map[string]string{"b.yaml": trapTemplate("variables: {x: {secret: env:CANARY}}\n"), "t.yaml": "extends: b.yaml\npayloads:\n  - {id: wifi, type: com.apple.wifi.managed, keys: {SSID_STR: \"${x}\"}}\n"}},
		"the environment":             {files: map[string]string{"t.yaml": "variables: {x: env:CANARY, y: {secret: env:CANARY}}\n" + trapWifi(`"${x}${y}"`)}},
		"by a merge key":              {files: map[string]string{"t.yaml": "variables:\n  a: &a {secret: env:CANARY}\n  b: {<<: *a}\n" + trapWifi(`"${b}"`)}},
		"a file of the checkout":      {files: map[string]string{"t.yaml": trapWifi(`{$text: .git/config}`), "u.yaml": trapWifi(`{$text: .env}`), "v.yaml": trapWifi(`{$file: .git/config}`)}},
		"by another spelling":         {files: map[string]string{"dir/x": "", "t.yaml": trapWifi(`{$text: dir/../.git/config}`), "u.yaml": trapWifi(`{$text: "./.git/config"}`), "v.yaml": trapWifi("{$text: \".g\u200cit/config\"}"), "w.yaml": trapWifi(`{$text: .GIT/config}`)}},
		"a file of the machine":       {files: map[string]string{"dir/x": "", "t.yaml": trapWifi(`{$file: ../machine/secret.yaml}`), "u.yaml": trapWifi(`{$text: dir/../../machine/secret.yaml}`), "v.yaml": trapWifi(`{$text: /proc/self/environ}`)}},
		"by a link to the checkout":   {files: map[string]string{"t.yaml": trapWifi(`{$text: l/config}`)}, links: map[string]string{"l": ".git"}},
		"a secret file as a variable": {files: map[string]string{"t.yaml": "variables: {x: {secret: \"file:../machine/secret.yaml\"}}\n" + trapWifi(`"${x}"`)}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			repo := filepath.Join(dir, "repo")
			write := func(name, text string) {
				t.Helper()
				path := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("machine/secret.yaml", "name: "+trapCanary+"\n")
			write("machine/secret.mobileconfig", strings.Replace(bad, "com.acme.slow", trapCanary, 1))
			write("repo/.git/config", "token = "+trapCanary+"\n")
			write("repo/.env", "TOKEN="+trapCanary+"\n")
			for i := range 59 {
				write(fmt.Sprintf("repo/profiles/p%d.mobileconfig", i), good)
			}
			write("repo/"+always, bad)
			for name, text := range c.files {
				write("repo/"+name, text)
			}
			for name, to := range c.links {
				path := filepath.Join(repo, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(filepath.FromSlash(to), path); err != nil {
					t.Skip(err)
				}
			}
			t.Chdir(repo)
			for _, format := range []string{"text", "sarif", "text without a path"} {
				var out, errs bytes.Buffer
				env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Environ: []string{"CANARY=" + trapCanary, "HOME=" + dir}, Now: time.Now}
				format, withoutPath := strings.CutSuffix(format, " without a path")
				args := []string{"lint", "--untrusted", "--separate", "--fail-on", "warning", "--format", format}
				if !withoutPath {
					args = append(args, ".")
				}
				code := cli.Main(t.Context(), env, args, "v0")
				if code != 1 && code != 3 {
					t.Errorf("%s: exit code %d", format, code)
				}
				said := out.String() + errs.String()
				if at := strings.Index(said, trapCanary); at >= 0 {
					t.Errorf("%s: leaks: %s", format, said[max(0, at-200):min(len(said), at+50)])
				}
				if format != "text" {
					continue
				}
				for _, want := range append([][]string{{always, "[cloud-sync-disabled]"}, {always, "[updates-delayed]"}}, c.found) {
					if len(want) > 0 && !hasLine(out.String(), want) {
						t.Errorf("no line with %q in\n%s%s", want, out.String(), errs.String())
					}
				}
			}
		})
	}
}

func hasLine(text string, words []string) bool {
	for line := range strings.Lines(text) {
		all := true
		for _, word := range words {
			all = all && strings.Contains(line, word)
		}
		if all {
			return true
		}
	}
	return false
}

func readTrapFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "shared", "lint", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
