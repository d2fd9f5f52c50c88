package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	renderer "github.com/yuin/goldmark/renderer/html"
	"go.yaml.in/yaml/v4"
	"golang.org/x/net/html"

	"syncguard/internal/app"
	"syncguard/internal/doctor/doctortest"
	"syncguard/internal/hostile"
)

// hostileLines are the command lines that a hostile text goes through, by command; each runs in every format of its command.
// TEXT in one is the text itself, SERVER a server that answers with it; "in FOLDER:" runs it there, "text:" in the first format.
// Where a file's own content goes to stdout, byte for byte (extract, decrypt, encrypt, sign, fmt, export), no line sends it there.
var hostileLines = map[string][]string{
	"build":              {"-o out/signed good.yaml", "--unsigned -o out/good --report html,md good.yaml", "--unsigned -o out/intents --by-hand --report html,md intents.yaml", "--unsigned -o out/x bad.yaml", "--unsigned -o out/x raw.yaml", "--unsigned -o out/set --set v=TEXT good.yaml", "--unsigned -o out/set --set TEXT=x good.yaml", "--unsigned -o out/vars --vars vars.yaml good.yaml", "--unsigned -o out/x --vars badvars.yaml good.yaml", "--unsigned -o out/x --vars text.txt good.yaml", "--cert cert.pem --key cert.key -o out/theirs good.yaml", "--unsigned --untrusted -o out/untrusted bad.yaml"},
	"coverage":           {"good.mobileconfig", "bad.mobileconfig", "bad.json", "good.yaml", "--keys good.yaml", "--keys intents.yaml", "intents.yaml", "bad.yaml", "--explain TEXT good.mobileconfig", "--explain dns intents.yaml", "--inventory devices.csv good.mobileconfig bad.mobileconfig", "--inventory devices.csv --by group intents.yaml", "--inventory hosts.json --by model good.yaml", "--inventory text.txt good.yaml", "text: --inventory devices.csv --list dns intents.yaml", "text: --inventory hosts.json --list incomplete good.mobileconfig", "text: --inventory devices.csv --list TEXT good.mobileconfig"},
	"decrypt":            {"encrypted.mobileconfig --cert device.pem --key device.key -o out/decrypted", "bad.mobileconfig --cert device.pem --key device.key -o out/x", "encrypted.mobileconfig --cert cert.pem --key cert.key -o out/x"},
	"diff":               {"good.mobileconfig other.mobileconfig", "good.mobileconfig bad.mobileconfig", "binary.mobileconfig good.mobileconfig", "signed.mobileconfig other.mobileconfig", "good.json bad.json", "raw.mobileconfig good.mobileconfig", "named project", "text: --git TEXT good.mobileconfig a 100644 other.mobileconfig b 100644"},
	"doctor":             {""},
	"effective":          {"--target macOS@27/supervised good.mobileconfig other.mobileconfig", "--target iOS@26/supervised --all good.mobileconfig bad.mobileconfig", "--target iOS@26/supervised bad.json good.json", "--target iOS@26/supervised good.yaml", "--target TEXT good.mobileconfig", "--target macOS@27/supervised named", "TEXT"},
	"encrypt":            {"good.mobileconfig --recipient device.pem -o out/encrypted", "bad.mobileconfig --recipient cert.pem -o out/x", "raw.mobileconfig --recipient device.pem -o out/x"},
	"export":             {"TEXT"},
	"extract":            {"signed.mobileconfig -o out/extracted", "broken.mobileconfig -o out/x", "bad.mobileconfig -o out/x"},
	"fmt":                {"--diff bad.mobileconfig raw.mobileconfig bad.json raw.json good.yaml raw.yaml", "--check bad.mobileconfig raw.mobileconfig bad.json named", "--uuid stable --organization TEXT --diff good.mobileconfig", "--diff named"},
	"identity":           {"TEXT"},
	"identity csr":       {"--key cert.key --name TEXT -o out/csr.csr", "--cert cert.pem --key cert.key -o out/renewal.csr"},
	"identity new":       {"--name TEXT --organization TEXT -o out/new", "--name TEXT --self-signed -o out/own"},
	"identity show":      {"cert.pem", "device.pem --roots cert.pem", "--cert cert.pem --key cert.key", "text.txt"},
	"import":             {"--check bad.mobileconfig", "--check named", "-o out/import good.mobileconfig", "-o out/imported bad.mobileconfig binary.mobileconfig raw.mobileconfig good.json bad.json --force", "text: good.mobileconfig", "text: bad.mobileconfig", "text: good.json"},
	"init":               {"--name TEXT --identifier com.example out/init.yaml", "--name x --identifier TEXT out/init2.yaml", "--name x --identifier com.x --target TEXT out/init3.yaml"},
	"inspect":            {"good.mobileconfig", "bad.mobileconfig", "binary.mobileconfig", "signed.mobileconfig", "broken.mobileconfig", "encrypted.mobileconfig", "bad.json", "raw.mobileconfig", "--full bad.mobileconfig", "--show-secrets bad.mobileconfig", "--payload TEXT bad.mobileconfig", "text: named"},
	"lint":               {"bad.mobileconfig", "good.mobileconfig", "binary.mobileconfig", "signed.mobileconfig", "broken.mobileconfig", "raw.mobileconfig", "bad.json", "raw.json", "bad.yaml", "raw.yaml", "good.yaml", "named", "--for fleet --target iOS/supervised .", "--baseline baseline.json bad.mobileconfig", "--baseline rawbaseline.json bad.mobileconfig", "text: --quiet bad.mobileconfig named", "text: --fix --diff bad.mobileconfig", "text: --unsafe-fixes --diff bad.mobileconfig bad.json", "--out out/report.FORMAT bad.mobileconfig", "text: --write-baseline out/baseline.json bad.mobileconfig named", "--untrusted bad.mobileconfig raw.mobileconfig", "in project/known: bad.mobileconfig", "in project/unknown: bad.mobileconfig", "in project/raw: bad.mobileconfig", "in project/known: --untrusted bad.mobileconfig", "--set TEXT=TEXT good.yaml", "TEXT"},
	"lsp":                {"", "TEXT"},
	"mcp":                {"", "--root .", "TEXT"},
	"migrate":            {"good.mobileconfig", "bad.mobileconfig", "-o out/migrated bad.mobileconfig", "named"},
	"plan":               {"good.mobileconfig", "bad.mobileconfig", "bad.json", "good.yaml", "intents.yaml", "bad.yaml", "good.mobileconfig other.mobileconfig", "--from TEXT good.mobileconfig", "--to TEXT good.mobileconfig", "--on TEXT good.mobileconfig", "named"},
	"push":               {"TEXT"},
	"rules":              {"", "TEXT", "--group TEXT", "unknown-key"},
	"schema":             {"TEXT"},
	"schema diff":        {"embedded schema", "embedded TEXT"},
	"schema import":      {"--version TEXT schema", "--project schema", "badschema", "--remove"},
	"schema json-schema": {"TEXT", "template"},
	"schema list":        {"TEXT", "com.example", "--family TEXT"},
	"schema search":      {"TEXT", "hostile"},
	"schema show":        {"TEXT", "com.example.hostile", "com.apple.wifi.managed.TEXT"},
	"schema sources":     {""},
	"serve":              {"--expires 1ms --no-qr good.mobileconfig", "--expires 1ms signed.mobileconfig", "--airdrop good.mobileconfig", "--expires 1ms bad.mobileconfig", "--expires 1ms named"},
	"sign":               {"good.mobileconfig --cert cert.pem --key cert.key -o out/signed.mobileconfig", "bad.mobileconfig --cert cert.pem --key cert.key -o out/x", "signed.mobileconfig -o out/x", "good.mobileconfig --cert cert.pem --signer-command false -o out/x", "good.mobileconfig --cert cert.pem --key device.key -o out/x"},
	"validate":           {"bad.mobileconfig", "raw.mobileconfig", "bad.json", "--target TEXT good.mobileconfig"},
	"verify":             {"signed.mobileconfig", "broken.mobileconfig", "signed.mobileconfig --roots cert.pem", "bad.mobileconfig", "signed.mobileconfig --at TEXT", "named"},
	"version":            {"", "TEXT"},
	"web":                {"", "TEXT", "--port TEXT"},

	"export apple-business": {"good.mobileconfig -o out/apple-business --force", "bad.mobileconfig -o out/x"},
	"export fleet":          {"good.mobileconfig -o out/fleet --team TEXT --label-include-any TEXT --force", "bad.mobileconfig -o out/x"},
	"export intune":         {"good.mobileconfig --platform ios -o out/intune --force", "bad.mobileconfig -o out/x"},
	"export iru":            {"good.mobileconfig --runs-on mac -o out/iru --force", "bad.mobileconfig -o out/x"},
	"export jamf":           {"good.mobileconfig --devices computers --category TEXT -o out/jamf --force", "bad.mobileconfig -o out/x"},
	"export nanomdm":        {"good.mobileconfig -o out/nanomdm --force", "bad.mobileconfig -o out/x"},
	"push apple-business":   {"--server SERVER good.mobileconfig", "--server SERVER --dry-run --full good.mobileconfig", "--server SERVER --check good.mobileconfig", "--server SERVER --client-id TEXT --key-id TEXT --key cert.key --token-server SERVER good.mobileconfig"},
	"push fleet":            {"--server SERVER good.mobileconfig", "--server SERVER --team TEXT good.mobileconfig", "--server SERVER --dry-run --full good.mobileconfig", "--server SERVER --check good.mobileconfig", "--server TEXT good.mobileconfig"},
	"push intune":           {"--server SERVER --platform ios good.mobileconfig", "--server SERVER --dry-run --full --platform ios good.mobileconfig", "--server SERVER --check --platform ios good.mobileconfig"},
	"push jamf":             {"--server SERVER --client-id TEXT --devices computers good.mobileconfig", "--server SERVER --client-id x --devices computers --dry-run --full good.mobileconfig", "--server SERVER --client-id x --devices computers --check good.mobileconfig"},
	"push kmfddm":           {"--server SERVER --id TEXT --set TEXT good.json", "--server SERVER --dry-run --full good.json", "--server SERVER --check good.json"},
	"push nanomdm":          {"--server SERVER --id E9085AF6-DCCB-5661-A678-BCE8F4D9A2C8 good.mobileconfig", "--server SERVER --id TEXT good.mobileconfig", "--server SERVER --ids-file ids.txt --dry-run --full good.mobileconfig"},
}

// every is the share of the cells that run: one in 61 in make test, with each line meeting other texts as 61 is a prime, or as many as
// SYNCGUARD_SOAK says. 1 is the whole product.
func every() int {
	if n, err := strconv.Atoi(os.Getenv("SYNCGUARD_SOAK")); err == nil && n > 0 {
		return n
	}
	return 61
}

// Whatever stands in a name, a value, a file name, a setting or a server's answer, no command prints or writes a command to the
// runner of a CI system, a character that a terminal obeys, or broken JSON, XML, Markdown or HTML.
func TestHostileTexts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the names of files are those of a Unix")
	}
	var logged bytes.Buffer // what libraries print past every door
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)
	h := &harness{markup: map[string]map[string]bool{}}
	t.Run("plain", func(t *testing.T) {
		h.run(t, hostile.Text{Name: "plain", Text: "Plain"}, func(_ int, what string) bool {
			return every() == 1 || strings.Contains(what, "markdown") || strings.Contains(what, "html")
		})
	})
	h.measured = true
	for n, text := range hostile.Texts {
		t.Run(text.Name, func(t *testing.T) {
			h.run(t, text, func(cell int, _ string) bool { return (cell+n)%every() == 0 })
		})
	}
	t.Logf("%d cells", h.cells)
	if logged.Len() > 0 {
		t.Errorf("a library printed %.500q", logged.String())
	}
	each(newRootCmd(&Env{}, "devel"), func(cmd *cobra.Command) {
		if name := strings.TrimPrefix(cmd.CommandPath(), "syncguard "); cmd.HasParent() && !cmd.Hidden && hostileLines[name] == nil {
			t.Errorf("hostileLines has no line of %s", name)
		}
	})
}

// harness runs command lines and judges what comes out.
type harness struct {
	cells    int
	measured bool                       // markup is known
	markup   map[string]map[string]bool // elements and attributes of each format, as a harmless text leads to them
}

func (h *harness) run(t *testing.T, text hostile.Text, wanted func(cell int, what string) bool) {
	deep := filepath.Join(t.TempDir(), "a", "b", "c", "d") // for texts that lead out
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	t.Setenv("HOME", filepath.Dir(deep))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(filepath.Dir(deep), "config"))
	layWorld(t, text.Text)
	cell := 0
	for mode := range 3 {
		server := hostileServer(text.Text, mode)
		defer server.Close()
		for _, command := range slices.Sorted(maps.Keys(hostileLines)) {
			for _, line := range hostileLines[command] {
				if mode > 0 && !strings.Contains(line, "SERVER") {
					continue
				}
				formats := formatsOf()[command]
				if strings.HasPrefix(line, "text: ") {
					line, formats = line[len("text: "):], formats[:1]
				}
				for _, format := range formats {
					if cell++; wanted(cell, format+line) {
						h.cell(t, text.Text, server.URL, command, line, format)
					}
				}
			}
		}
	}
	refusing := hostileServer(text.Text, 0)
	defer refusing.Close()
	each(newRootCmd(&Env{}, "devel"), func(cmd *cobra.Command) {
		command := strings.TrimPrefix(cmd.CommandPath(), "syncguard ")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if cell++; f.Value.Type() != "bool" && len(hostileLines[command]) > 0 && wanted(cell, "") {
				h.cell(t, text.Text, refusing.URL, command, hostileLines[command][0]+" --"+f.Name+"=TEXT", "")
			}
		})
	})
	h.files(t)
}

// cell runs one command line.
func (h *harness) cell(t *testing.T, text, server, command, line, format string) {
	t.Helper()
	folder := "."
	if rest, ok := strings.CutPrefix(line, "in "); ok {
		folder, line, _ = strings.Cut(rest, ":")
	}
	args := strings.Fields(command)
	if format != "" {
		args = append(args, "--format", format)
	}
	for word := range strings.FieldsSeq(line) {
		args = append(args, strings.NewReplacer("TEXT", text, "SERVER", server, "FORMAT", format).Replace(word))
	}
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(text), Stdout: &out, Stderr: &errs, Now: time.Now, Environ: []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm-256color",
		"SYNCGUARD_FLEET_TOKEN=canary-1", "SYNCGUARD_INTUNE_TOKEN=canary-2", "SYNCGUARD_JAMF_CLIENT_SECRET=canary-3", "SYNCGUARD_KMFDDM_API_KEY=canary-4", "SYNCGUARD_NANOMDM_API_KEY=canary-5", "SYNCGUARD_APPLE_BUSINESS_TOKEN=canary-6"}}
	if command == "doctor" {
		network, stop := doctortest.Start(hostileNetwork(text))
		defer stop()
		env.Network = func() *app.Network { return network }
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	code := inFolder(t, folder, func() int { return Main(ctx, env, args, "test") })
	h.cells++
	what := fmt.Sprintf("%s (%s)", command+" "+line, format)
	if !h.measured && code == exitUsage && !strings.Contains(line, "TEXT") {
		t.Errorf("%s is no use of a command: %s", what, errs.String())
	}
	if ctx.Err() != nil {
		t.Errorf("%s does not end", what)
	}
	h.judge(t, what+", stderr", "", errs.String())
	if out.Len() == 0 {
		format = ""
	}
	h.judge(t, what, format, out.String())
}

// hostileNetwork has a text wherever a network can put one: names in certificates, the address of a login page, that of the proxy.
func hostileNetwork(text string) doctortest.Play {
	name := strings.ToValidUTF8(text, "?")
	login := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://"+text+"/")
		w.WriteHeader(http.StatusFound)
	})
	return doctortest.Play{Issuer: name, CommonName: name, HTTP: login, Environ: map[string]string{"HTTPS_PROXY": "http://" + text + "/"}}
}

func inFolder(t *testing.T, folder string, run func() int) int {
	t.Helper()
	if folder == "." {
		return run()
	}
	back, err := os.Getwd()
	if err == nil {
		err = os.Chdir(folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chdir(back) }()
	return run()
}

// judge checks what was printed or written, in a format.
func (h *harness) judge(t *testing.T, what, format, text string) {
	t.Helper()
	layout := ""
	if format == "xml" || strings.Contains(what, "--diff") {
		layout = "\t"
	}
	if format == "ics" {
		layout = "\r"
	}
	if harm := hostile.Harm(text, layout); harm != "" {
		t.Errorf("%s: %s", what, harm)
	}
	for _, c := range hostile.Commands(text) {
		isDiff := c.Runner == "Buildkite" && (strings.Contains(what, "--diff") || strings.Contains(what, "diff (")) // its head, and lines of the file
		isOurs := c.Runner == "GitHub" && format == "github" && slices.Contains([]string{"error", "warning", "notice"}, c.Name)
		if !isOurs && !isDiff {
			t.Errorf("%s: the command %.80q of %s", what, c.Name+" "+c.Data, c.Runner)
			break
		}
	}
	var err error
	switch format {
	case "json", "sarif", "gitlab":
		if !json.Valid([]byte(text)) {
			err = errors.New("not JSON")
		}
	case "junit", "xml":
		for d := xml.NewDecoder(strings.NewReader(text)); err == nil; {
			_, err = d.Token()
		}
		if errors.Is(err, io.EOF) || err != nil && format == "xml" && strings.Contains(err.Error(), "illegal character code") { // of a binary property list
			err = nil
		}
	case "ics":
		_, err = hostile.ReadCalendar(text)
	case "yaml", "template":
		var v any
		err = yaml.Unmarshal([]byte(text), &v)
	case "markdown", "md":
		var page bytes.Buffer
		err = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(renderer.WithUnsafe())).Convert([]byte(text), &page)
		h.html(t, what, "markdown", page.String())
	case "html":
		h.html(t, what, "html", text)
	}
	if err != nil {
		t.Errorf("%s: %v in %.300q", what, err, text)
	}
}

// html finds elements and attributes that a harmless text does not lead to, and what a forge makes of text outside code.
func (h *harness) html(t *testing.T, what, format, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	known := h.markup[format]
	if known == nil {
		known = map[string]bool{"code": true, "br": true}
		h.markup[format] = known
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			for _, mark := range append([]string{n.Data}, marks(n)...) {
				if !h.measured {
					known[mark] = true
				} else if !known[mark] {
					t.Errorf("%s: %s appears in %.300q", what, mark, n.Parent.Data)
				}
			}
		case html.CommentNode:
			if h.measured {
				t.Errorf("%s: a comment %q", what, n.Data)
			}
		case html.TextNode:
			if format == "markdown" && n.Parent.Data != "code" {
				for _, mark := range []string{"@everyone", "@octocat", "octo/repo#2", "GH-1", "www.evil", "evil.example"} {
					if strings.Contains(n.Data, mark) {
						t.Errorf("%s: a forge makes a link of %q", what, n.Data)
					}
				}
			}
		}
	}
}

// marks are the attributes of an element, addresses with what they lead to.
func marks(n *html.Node) (all []string) {
	for _, a := range n.Attr {
		mark := n.Data + " " + a.Key
		if (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "#") && (!strings.HasPrefix(a.Val, "https://") || strings.Contains(a.Val, "evil.example")) {
			mark += "=" + a.Val
		}
		all = append(all, mark)
	}
	return all
}

// files judges the reports that were written, and the names of all files.
func (h *harness) files(t *testing.T) {
	t.Helper()
	_ = filepath.WalkDir("out", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if harm := hostile.Harm(path, ""); harm != "" || len(hostile.Commands(d.Name())) > 0 || strings.HasPrefix(d.Name(), "-") {
			t.Errorf("the file %q", path)
		}
		switch name := filepath.Base(path); {
		case d.IsDir():
		case strings.HasPrefix(name, "report."):
			h.judge(t, path, strings.TrimPrefix(filepath.Ext(path), "."), readText(t, path))
		case name == "baseline.json": // no log
			if text := readText(t, path); !json.Valid([]byte(text)) || hostile.Harm(text, "") != "" {
				t.Errorf("%s: %s", path, hostile.Harm(text, ""))
			}
		}
		return nil
	})
}

// formatsOf are the words of --format of each command; "" without the flag.
var formatsOf = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	each(newRootCmd(&Env{}, "devel"), func(cmd *cobra.Command) {
		all[strings.TrimPrefix(cmd.CommandPath(), "syncguard ")] = []string{""}
		if f := cmd.Flags().Lookup("format"); f != nil {
			all[strings.TrimPrefix(cmd.CommandPath(), "syncguard ")] = f.Value.(*oneOf).all
		}
	})
	return all
})

// hostileServer answers with a text in every field that a destination reads: as a refusal, as a redirect, or as lists and results.
func hostileServer(text string, mode int) *httptest.Server {
	oneLine := strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		words := []any{map[string]any{"name": text, "reason": text, "code": text, "title": text, "detail": text, "description": text}}
		answer := map[string]any{"message": text, "error": text, "error_description": text, "command_error": text, "push_error": text, "errors": words}
		if strings.Contains(r.URL.Path, "deviceManagement") {
			answer["error"] = map[string]any{"code": text, "message": text}
		}
		status := http.StatusBadRequest
		switch mode {
		case 1:
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				fmt.Fprintf(conn, "HTTP/1.1 302 %s\r\nLocation: http://%s/%s\r\nX-%s: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", oneLine, oneLine, oneLine, "A", oneLine)
				_ = conn.Close()
			}
			return
		case 2:
			status = http.StatusOK
			item := map[string]any{"id": text, "uuid": text, "profile_uuid": text, "name": text, "identifier": text, "displayName": text, "type": text, "attributes": map[string]any{"name": text, "configurationProfileFileName": text}, "@odata.type": text}
			answer = map[string]any{"access_token": "token-0123456789", "token_type": "bearer", "expires_in": 3600, "profiles": []any{item}, "value": []any{item}, "data": []any{item}, "teams": []any{item}, "fleets": []any{item},
				"meta": map[string]any{}, "status": map[string]any{text: map[string]any{"push_error": text, "push_result": text}}, "command_uuid": text, "request_type": text, "command_error": text}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}))
}
