package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/work"
)

// growthCommands are command lines by the kind of input that they read, FILE. OTHER is the same input again, of the same kind.
// Beside them are plain.mobileconfig, plain.yaml and pki; OUT is a new path.
var growthCommands = map[string][]string{
	"profile": {
		"lint FILE", "lint --format json FILE", "lint --format sarif FILE", "lint --format junit FILE", "lint --format github FILE", "lint --format gitlab FILE",
		"lint --format markdown FILE", "lint --quiet FILE", "lint --statistics FILE", "lint --fix --diff FILE", "lint --unsafe-fixes --fix FILE", "lint --for jamf --target iOS@26/supervised --target macOS FILE",
		"lint --untrusted FILE", "lint --write-baseline OUT FILE", "lint FILE OTHER", "validate FILE", "validate --target iOS@18 --target macOS@26/supervised FILE",
		"inspect FILE", "inspect --full FILE", "inspect --format json FILE", "inspect --format yaml FILE", "inspect --format xml FILE", "inspect --format template FILE",
		"inspect --target iOS@18/manual FILE",
		"diff plain.mobileconfig FILE", "diff FILE OTHER", "diff --format json FILE plain.mobileconfig", "diff --format markdown FILE OTHER",
		"fmt FILE", "fmt --diff FILE", "fmt --check --keep-order FILE", "fmt --uuid stable -w FILE",
		"migrate --target iOS@27 FILE", "migrate --target iOS@27 --format json FILE", "migrate --target iOS@27 -o OUT FILE",
		"import FILE", "import --check FILE", "import --check --format json FILE", "import -o OUT --secrets OUT/secrets.yaml FILE",
		"coverage FILE", "coverage --format json FILE", "coverage --format html FILE", "coverage --format markdown FILE",
		"effective --target macOS@27/supervised FILE OTHER", "effective --target iOS@26/supervised --all --format json FILE", "effective --target iOS@26/supervised --all --format html FILE", "effective --target macOS@27/supervised --all FILE",
		"plan FILE", "plan --from iOS@17 --from iOS@26/supervised --to 27 --format json FILE", "plan --format markdown FILE", "plan --format ics --on 2027-01-15 FILE",
		"sign --cert pki/leaf.pem --key pki/leaf.key -o OUT FILE", "sign --replace --allow-variables --cert pki/leaf.pem --key pki/leaf.key -o OUT FILE",
		"verify FILE", "verify --roots pki/root.pem --format json FILE", "extract FILE", "extract --unverified FILE",
		"encrypt --recipient pki/rsa.pem FILE", "decrypt --cert pki/rsa.pem --key pki/rsa.key FILE",
		"serve FILE", "serve --airdrop FILE",
		"export apple-business -o OUT FILE", "export fleet -o OUT FILE", "export intune --platform ios -o OUT FILE", "export iru --runs-on mac -o OUT FILE", "export jamf --devices computers -o OUT FILE",
		"export nanomdm -o OUT FILE",
		"push apple-business --platform ios --dry-run FILE", "push fleet --dry-run --full FILE", "push intune --platform ios --dry-run --full FILE",
		"push jamf --devices computers --dry-run --full FILE", "push jamf --devices computers --wrap-preferences --dry-run FILE", "push nanomdm --id A --dry-run --full FILE", "push nanomdm --id A --dry-run --format json FILE",
	},
	"declaration": {
		"lint FILE", "lint --format sarif FILE", "lint --fix --diff FILE", "validate FILE", "inspect FILE", "inspect --format json FILE", "inspect --format template FILE",
		"diff FILE OTHER", "diff plain.json FILE", "fmt FILE", "fmt --diff FILE", "migrate FILE", "import FILE", "coverage FILE", "effective --target macOS@27/supervised FILE plain.json", "plan FILE", "push kmfddm --dry-run --full FILE", "serve FILE",
	},
	"template": {
		"lint FILE", "lint --format sarif FILE", "lint --fix --diff FILE", "validate FILE", "build --unsigned -o OUT FILE", "build --unsigned --report html,md -o OUT FILE",
		"build --unsigned --untrusted --format json -o OUT FILE", "build --unsigned --output declarations -o OUT FILE", "coverage FILE", "effective --target iOS@26/supervised FILE", "coverage --keys FILE", "plan FILE", "fmt FILE", "fmt --diff FILE",
		"inspect FILE", "import FILE", "diff FILE plain.mobileconfig",
	},
	"folder": {
		"lint FILE", "lint --format json FILE", "lint --separate FILE", "lint --fix --diff FILE", "validate FILE", "inspect FILE", "diff FILE OTHER", "fmt --check FILE", "fmt -w FILE", "migrate FILE", "import --check FILE", "import -o OUT FILE", "coverage FILE", "plan FILE", "effective --target macOS@27/supervised --all FILE", "verify FILE", "sign --cert pki/leaf.pem --key pki/leaf.key -o OUT FILE",
		"export fleet -o OUT FILE", "push fleet --dry-run FILE", "push nanomdm --id A --dry-run FILE", "serve FILE", "build --unsigned -o OUT FILE/f.mobileconfig",
	},
	"catalog":   {"schema import --project FILE", "schema diff embedded FILE", "schema diff --format json embedded FILE"},
	"variables": {"build --unsigned --vars FILE -o OUT plain.yaml", "lint --vars FILE plain.yaml", "coverage --vars FILE plain.yaml"},
	"baseline":  {"lint --baseline FILE plain.mobileconfig"},
	"certificates": {
		"identity show FILE", "identity show --p12 FILE --passphrase env:P", "identity show --cert pki/leaf.pem --chain FILE --roots FILE", "identity csr --cert pki/leaf.pem --key FILE", "identity csr --key FILE --name A",
		"verify --roots FILE plain.mobileconfig", "verify --crl FILE --roots pki/root.pem plain.mobileconfig", "encrypt --recipient FILE plain.mobileconfig",
		"sign --cert FILE --key pki/leaf.key -o OUT plain.mobileconfig", "sign --cert pki/leaf.pem --key pki/leaf.key --chain FILE -o OUT plain.mobileconfig",
		"decrypt --cert FILE --key FILE plain.mobileconfig", "serve --cert FILE --key FILE plain.mobileconfig", "inspect --roots FILE plain.mobileconfig",
		"push fleet --ca FILE --dry-run plain.mobileconfig", "identity new --name A --passphrase-file FILE --out OUT",
	},
	"inventory": {"coverage --inventory FILE --by group plain.yaml", "coverage --inventory FILE plain.mobileconfig", "coverage --inventory FILE --format json --by os plain.yaml", "coverage --inventory FILE --format html plain.yaml",
		"coverage --inventory FILE --list updates --format csv plain.yaml", "coverage --inventory FILE --list incomplete plain.yaml", "build --unsigned --report html --inventory FILE -o OUT plain.yaml"},
	"list": {"push nanomdm --ids-file FILE --dry-run plain.mobileconfig"},
	"word": {"schema search FILE", "schema list FILE", "schema show FILE", "schema json-schema FILE", "rules FILE", "init --name FILE --identifier com.acme OUT", "identity new --name FILE -o OUT",
		"lint --select FILE plain.mobileconfig", "FILE", "coverage --explain FILE", "inspect --payload FILE plain.mobileconfig", "mcp --root FILE", "build --set FILE=a plain.yaml", "lint --target FILE plain.mobileconfig", "help FILE"},
}

// readsNothing are the commands without input, and lsp, whose input is an editor: internal/lsp measures that.
var readsNothing = []string{"completion bash", "completion fish", "completion powershell", "completion zsh", "doctor", "lsp", "schema sources", "version", "web"}

// Work, allocations and output of every command grow with its input, whatever the input's shape, and never with its square; and
// the answer to hostile input is an answer: findings, or one failure in words.
func TestGrowth(t *testing.T) {
	previous := debug.SetGCPercent(1000) // a third of the time is its work
	t.Cleanup(func() { debug.SetGCPercent(previous) })
	g := newGrowth(t)
	t.Chdir(g.folder)
	for _, kind := range slices.Sorted(maps.Keys(growthShapes)) {
		for _, shape := range slices.Sorted(maps.Keys(growthShapes[kind])) {
			t.Run(kind+"/"+shape, func(t *testing.T) {
				for _, line := range firstLines(kind) {
					g.check(t, kind, shape, line, growthSize)
				}
			})
		}
	}
}

// growthSize is the smallest size of a shape: small enough for every test run. "make soak" tries larger ones.
const growthSize = 30

// firstLines are the first line of each command, and of each that corrects; "make soak" tries all.
func firstLines(kind string) (lines []string) {
	seen := map[string]bool{}
	root := newRootCmd(&Env{}, "")
	for _, line := range growthCommands[kind] {
		cmd, _, err := root.Find(strings.Fields(line))
		if err != nil {
			cmd = root
		}
		if key := fmt.Sprint(cmd.CommandPath(), strings.Contains(line, "--fix ")); !seen[key] {
			seen[key] = true
			lines = append(lines, line)
		}
	}
	return lines
}

// Each command has its lines in growthCommands, and each kind of input has shapes.
func TestGrowthKnowsEveryCommand(t *testing.T) {
	root := newRootCmd(&Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}, "")
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("completion")
	known := map[string]bool{}
	for _, path := range readsNothing {
		known[path] = true
	}
	for kind, lines := range growthCommands {
		if len(growthShapes[kind]) == 0 {
			t.Errorf("growthShapes has no %s", kind)
		}
		for _, line := range lines {
			if cmd, _, err := root.Find(strings.Fields(line)); err == nil {
				known[strings.TrimPrefix(cmd.CommandPath(), "syncguard ")] = true
			}
		}
	}
	leaves(root, func(path string, _ *cobra.Command) {
		if !known[path] {
			t.Errorf("growthCommands lacks %q: add its lines with a FILE", path)
		}
	})
}

// growth measures how commands grow with their input.
type growth struct {
	folder string
	files  map[string][]byte // by kind, shape and size
	wrote  map[string]string // by path, of which kind, shape and size it is
}

func newGrowth(t *testing.T) *growth {
	g := &growth{t.TempDir(), map[string][]byte{}, map[string]string{}}
	keys, err := filepath.Glob("testdata/pki/*")
	if err != nil || os.Mkdir(filepath.Join(g.folder, "pki"), 0o700) != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if err := os.WriteFile(filepath.Join(g.folder, "pki", filepath.Base(key)), testdata(t, "pki", filepath.Base(key)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{"plain.mobileconfig": profileWith("com.apple.wifi.managed", "<key>SSID_STR</key><string>a</string><key>EncryptionType</key><string>None</string>"),
		"plain.json": declaration(""), "plain.yaml": templateOf("EncryptionType: None\n") + "targets: [iOS@18/supervised]\n"} {
		if err := os.WriteFile(filepath.Join(g.folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// spent is what one run of a command took.
type spent struct{ units, allocated, blocks, output int }

// noise is what a run on an input of so many bytes may take beyond its growth: what is done only once an input is longer than a
// block or a line of output, and allocations of the runtime.
func noise(size int) spent {
	return spent{units: 500 + 2*size, allocated: 300_000 + 40*size, blocks: 20_000 + 20*size, output: 2_000 + size}
}

func (g *growth) check(t *testing.T, kind, shape, line string, n int) {
	var runs [3]spent
	measure := func() string {
		for i := range runs {
			runs[i] = g.run(t, kind, shape, line, n<<i)
		}
		return superlinear(runs, noise(len(g.files[fmt.Sprint(kind, "/", shape, "/", 4*n)])))
	}
	if measure() == "" {
		return
	}
	if why := measure(); why != "" { // without what is read once in a process
		t.Errorf("%s: %s for sizes %d, %d, %d", line, why, n, 2*n, 4*n)
	}
}

// superlinear names what grew by more than three times as much for the second doubling as for the first. Linear growth is twice
// as much, growth with the square four times.
func superlinear(runs [3]spent, noise spent) string {
	for name, of := range map[string]func(spent) int{
		"units": func(s spent) int { return s.units }, "allocated bytes": func(s spent) int { return s.allocated },
		"blocks run": func(s spent) int { return s.blocks }, "bytes of output": func(s spent) int { return s.output },
	} {
		a, b, c := of(runs[0]), of(runs[1]), of(runs[2])
		if c-b > 3*max(b-a, 0)+of(noise) {
			return fmt.Sprintf("%d, %d, %d %s", a, b, c, name)
		}
	}
	return ""
}

// arguments writes the inputs of a command line and returns its arguments.
func (g *growth) arguments(t *testing.T, kind, shape, line string, n int) []string {
	input := g.input(t, kind, shape, n, "a")
	if strings.Contains(line, "OTHER") {
		line = strings.ReplaceAll(line, "OTHER", g.input(t, kind, shape, n, "b"))
	}
	if strings.Contains(line, " -w ") || strings.Contains(line, "--fix FILE") {
		clear(g.wrote) // it writes over its input
	}
	out := filepath.Join(g.folder, "out")
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	args := strings.Fields(line)
	for i := range args {
		args[i] = strings.ReplaceAll(strings.ReplaceAll(args[i], "FILE", input), "OUT", out)
	}
	return args
}

// environment has a server for each destination.
func (g *growth) environment() []string {
	all := []string{"HOME=" + g.folder, "XDG_CONFIG_HOME=" + g.folder, "P=a"}
	for _, d := range app.Destinations() {
		all = append(all, "SYNCGUARD_"+strings.ToUpper(strings.ReplaceAll(d.Name, "-", "_"))+"_URL=https://127.0.0.1:1") // --dry-run sends nothing there
	}
	return all
}

// run runs a command line on an input of a size, in this process.
func (g *growth) run(t *testing.T, kind, shape, line string, n int) spent {
	args := g.arguments(t, kind, shape, line, n)
	var stderr bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout := &countingWriter{visit: func(address string) { visit(t, address); cancel() }}
	env := &Env{Stdin: strings.NewReader(""), Stdout: stdout, Stderr: &stderr, Environ: g.environment(), Now: func() time.Time { return growthTime }}
	var s spent
	var before, after runtime.MemStats
	var code int
	runtime.ReadMemStats(&before)
	s.units = work.Measure(func() { code = Main(ctx, env, args, "test") })
	runtime.ReadMemStats(&after)
	s.allocated, s.output = int(after.TotalAlloc-before.TotalAlloc), stdout.n+stderr.Len()
	checkAnswer(t, kind, line, code, stderr.String())
	return s
}

// checkAnswer wants findings, or a failure in words.
func checkAnswer(t *testing.T, kind, line string, code int, stderr string) {
	switch {
	case code < exitOK || code > exitFailed, code == exitUsage && kind != "word" && kind != "list":
		t.Errorf("%s: exit code %d: %.300s", line, code, stderr)
	case code == exitFailed && !strings.Contains(stderr, "error: "):
		t.Errorf("%s: exit code 3 and no error: %.300s", line, stderr)
	}
}

// input writes an input, unless it is there, and returns its path, or the word.
func (g *growth) input(t *testing.T, kind, shape string, n int, name string) string {
	id := fmt.Sprint(kind, "/", shape, "/", n)
	data, ok := g.files[id]
	if !ok {
		clear(g.files) // of the shape before
		data = growthShapes[kind][shape](t, n)
		g.files[id] = data
	}
	all := map[string]string{}
	path := filepath.Join(g.folder, name)
	if kind != "word" && g.wrote[path] == id {
		return g.path(path, kind)
	}
	g.wrote[path] = id
	var packed []string
	switch {
	case kind == "word":
		return string(data)
	case kind == "folder" || kind == "catalog":
		if err := json.Unmarshal(data, &packed); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(packed); i += 2 {
			all[filepath.Join(path, packed[i])] = packed[i+1]
		}
	default:
		path = g.path(path, kind)
		all[path] = string(data)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	for path, content := range all {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// growthTime is when the certificates of testdata/pki are valid.
var growthTime = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

// path adds the extension of a kind to a path.
func (g *growth) path(path, kind string) string {
	return path + map[string]string{"profile": ".mobileconfig", "declaration": ".json", "template": ".yaml"}[kind]
}

// countingWriter counts what a command prints, and visits the address that it serves.
type countingWriter struct {
	mu    sync.Mutex
	n     int
	visit func(address string)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n += len(p)
	if address := strings.TrimSpace(string(p)); strings.HasPrefix(address, "http://127.0.0.1:") || strings.HasPrefix(address, "https://127.0.0.1:") {
		go w.visit(address)
	}
	return len(p), nil
}

// visit reads an install page.
func visit(t *testing.T, address string) {
	r, err := http.Get(address)
	if strings.HasPrefix(address, "https:") {
		return // with the hostile certificate, which we do not trust
	}
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
}

func leaves(cmd *cobra.Command, visit func(path string, cmd *cobra.Command)) {
	isLeaf := true
	for _, c := range cmd.Commands() {
		if isLeaf = false; !c.Hidden || c.Name() == "completion" {
			leaves(c, visit)
		}
	}
	if isLeaf {
		visit(strings.TrimPrefix(cmd.CommandPath(), "syncguard "), cmd)
	}
}
