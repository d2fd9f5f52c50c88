package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// signalBound is for a busy machine: only a hang takes longer.
const signalBound = 15 * time.Second

// signalCases lists each command's ways to wait, as WAY: arguments. The ways are:
//
//	unread   nobody reads what it prints
//	stdin    nothing comes from stdin
//	fifo     nobody writes into the pipe named fifo
//	compute  the pipe named fifo has delivered a large profile or template
//	prompt   a question on a terminal
//	server   a server accepts connections and says nothing
//	network  nothing answers on the network
//	signer   a signer command takes its time
var signalCases = map[string][]string{
	"build": {"unread: build --unsigned -o out", "stdin: build - --unsigned -o out", "fifo: build fifo --unsigned -o out",
		"compute: build fifo --unsigned -o out", "prompt: build --p12 pki/acme.p12 -o out",
		"signer: build --cert pki/rsa.pem --signer-command ./signer -o out"},
	"completion bash":       {"unread: completion bash"},
	"completion fish":       {"unread: completion fish"},
	"completion powershell": {"unread: completion powershell"},
	"completion zsh":        {"unread: completion zsh"},
	"coverage":              {"unread: coverage", "stdin: coverage -", "stdin: coverage a.mobileconfig --inventory -", "fifo: coverage fifo", "fifo: coverage a.mobileconfig --inventory fifo", "compute: coverage fifo"},
	"decrypt": {"unread: decrypt --help", "stdin: decrypt - --cert pki/rsa.pem --key pki/rsa.key", "fifo: decrypt fifo --cert pki/rsa.pem --key pki/rsa.key",
		"compute: decrypt fifo --cert pki/rsa.pem --key pki/rsa.key", "prompt: decrypt encrypted.mobileconfig --p12 pki/acme.p12"},
	"diff":      {"unread: diff a.mobileconfig b.mobileconfig", "stdin: diff a.mobileconfig -", "fifo: diff fifo a.mobileconfig", "compute: diff fifo a.mobileconfig"},
	"doctor":    {"unread: doctor --help", "network: doctor --timeout 1m"},
	"effective": {"unread: effective a.mobileconfig --target iOS@26/supervised", "stdin: effective - --target iOS@26/supervised", "fifo: effective fifo --target iOS@26/supervised", "compute: effective fifo --target iOS@26/supervised"},
	"encrypt":   {"unread: encrypt a.mobileconfig --recipient pki/rsa.pem", "stdin: encrypt - --recipient pki/rsa.pem", "fifo: encrypt fifo --recipient pki/rsa.pem", "compute: encrypt fifo --recipient pki/rsa.pem -o out"},

	"export apple-business": {"unread: export apple-business --help", "stdin: export apple-business - -o out", "fifo: export apple-business fifo -o out", "compute: export apple-business fifo -o out"},
	"export fleet":          {"unread: export fleet --help", "stdin: export fleet - -o out", "fifo: export fleet fifo -o out", "compute: export fleet fifo -o out"},
	"export intune":         {"unread: export intune --help", "stdin: export intune - -o out", "fifo: export intune fifo -o out", "compute: export intune fifo -o out"},
	"export iru":            {"unread: export iru --help", "stdin: export iru - -o out", "fifo: export iru fifo -o out", "compute: export iru fifo -o out"},
	"export jamf":           {"unread: export jamf --help", "stdin: export jamf - -o out", "fifo: export jamf fifo -o out", "compute: export jamf fifo -o out"},
	"export nanomdm":        {"unread: export nanomdm --help", "stdin: export nanomdm - -o out", "fifo: export nanomdm fifo -o out", "compute: export nanomdm fifo -o out"},

	"extract": {"unread: extract --help", "stdin: extract -", "fifo: extract fifo", "compute: extract fifo"},
	"fmt":     {"unread: fmt a.mobileconfig", "stdin: fmt -", "fifo: fmt fifo", "compute: fmt fifo"},
	"help":    {"unread: help"},
	"identity new": {"unread: identity new --name A", "fifo: identity new --name A --passphrase-file fifo",
		"prompt: identity new --name A --encrypt", "compute: identity new --name A --passphrase-file fifo"},
	"identity show": {"unread: identity show pki/rsa.pem", "fifo: identity show fifo", "compute: identity show fifo", "prompt: identity show --p12 pki/acme.p12"},
	"identity csr": {"unread: identity csr --cert pki/rsa.pem --key pki/rsa.key -o -", "fifo: identity csr --name A --key fifo -o out", "prompt: identity csr --p12 pki/acme.p12 -o out",
		"signer: identity csr --cert pki/rsa.pem --signer-command ./signer -o out"},
	"import":  {"unread: import --help", "stdin: import - -o out.yaml", "fifo: import fifo -o out.yaml", "compute: import fifo -o out.yaml"},
	"init":    {"unread: init --name A --identifier com.acme new.yaml", "prompt: init new.yaml"},
	"inspect": {"unread: inspect a.mobileconfig", "stdin: inspect -", "fifo: inspect fifo", "compute: inspect fifo --format json"},
	"lint":    {"unread: lint bad.mobileconfig", "stdin: lint -", "fifo: lint a.mobileconfig fifo", "compute: lint fifo", "compute: lint --format json fifo -o out"},
	"lsp":     {"unread: lsp --help", "stdin: lsp"},
	"mcp":     {"unread: mcp --help", "stdin: mcp"},
	"migrate": {"unread: migrate a.mobileconfig --target iOS@27", "stdin: migrate - --target iOS@27", "fifo: migrate fifo --target iOS@27", "compute: migrate fifo --target iOS@27"},
	"plan":    {"unread: plan a.mobileconfig", "stdin: plan -", "fifo: plan fifo", "compute: plan fifo"},

	"push apple-business": {"unread: push apple-business --help", "stdin: push apple-business - --platform ios --server $SERVER", "compute: push apple-business fifo --platform ios --server $SERVER", "fifo: push apple-business fifo", "server: push apple-business a.mobileconfig --platform ios --server $SERVER", "prompt: push apple-business a.mobileconfig --platform ios"},
	"push fleet":          {"unread: push fleet --help", "stdin: push fleet - --server $SERVER", "server: push fleet a.mobileconfig --server $SERVER", "prompt: push fleet a.mobileconfig --server $SERVER", "fifo: push fleet fifo --server $SERVER", "compute: push fleet fifo --server $SERVER"},
	"push intune":         {"unread: push intune --help", "stdin: push intune - --platform ios --server $SERVER", "compute: push intune fifo --platform ios --server $SERVER", "fifo: push intune fifo", "server: push intune a.mobileconfig --platform ios --server $SERVER"},
	"push jamf":           {"unread: push jamf --help", "stdin: push jamf - --devices mobile-devices --server $SERVER", "compute: push jamf fifo --devices mobile-devices --server $SERVER", "fifo: push jamf fifo --server $SERVER --devices mobile-devices", "server: push jamf a.mobileconfig --devices mobile-devices --server $SERVER"},
	"push kmfddm":         {"unread: push kmfddm --help", "stdin: push kmfddm - --server $SERVER", "compute: push kmfddm fifo --server $SERVER", "fifo: push kmfddm fifo --server $SERVER", "server: push kmfddm d.json --server $SERVER"},
	"push nanomdm":        {"unread: push nanomdm --help", "stdin: push nanomdm - --id A --server $SERVER", "compute: push nanomdm fifo --id A --server $SERVER", "fifo: push nanomdm fifo --id A --server $SERVER", "server: push nanomdm a.mobileconfig --id A --server $SERVER"},

	"rules":              {"unread: rules"},
	"schema diff":        {"unread: schema diff --help"},
	"schema import":      {"unread: schema import --remove"},
	"schema json-schema": {"unread: schema json-schema com.apple.wifi.managed"},
	"schema list":        {"unread: schema list"},
	"schema search":      {"unread: schema search wifi"},
	"schema show":        {"unread: schema show com.apple.wifi.managed"},
	"schema sources":     {"unread: schema sources"},
	"serve":              {"unread: serve a.mobileconfig", "stdin: serve -", "fifo: serve fifo", "compute: serve fifo"},
	"sign": {"unread: sign a.mobileconfig -o - --cert pki/rsa.pem --key pki/rsa.key", "stdin: sign - --cert pki/rsa.pem --key pki/rsa.key",
		"fifo: sign a.mobileconfig fifo -o out --cert pki/rsa.pem --key pki/rsa.key", "prompt: sign a.mobileconfig -o out --p12 pki/acme.p12",
		"compute: sign a.mobileconfig fifo -o out --cert pki/rsa.pem --key pki/rsa.key", "signer: sign a.mobileconfig -o out --cert pki/rsa.pem --signer-command ./signer"},
	"validate": {"unread: validate bad.mobileconfig", "stdin: validate -", "fifo: validate fifo", "compute: validate fifo"},
	"verify":   {"unread: verify a.mobileconfig", "stdin: verify -", "fifo: verify fifo", "compute: verify fifo"},
	"version":  {"unread: version"},
	"web":      {"unread: web --help"},
}

// signalWays are the ways to wait that a command has by its arguments and flags; see signalCases.
func signalWays(path string, cmd *cobra.Command) []string {
	has := func(flag string) bool { return cmd.Flags().Lookup(flag) != nil }
	reads := strings.Contains(cmd.Use, "FILE") && path != "init" // init writes its FILE
	ways := []string{"unread"}
	for way, isOne := range map[string]bool{
		"stdin":   reads && path != "identity show" || path == "lsp" || path == "mcp", // identity show takes no stdin
		"fifo":    reads || has("passphrase-file"),
		"compute": reads,
		"prompt":  has("p12") || has("encrypt") || path == "init",
		"network": path == "doctor",
		"server":  has("server"),
		"signer":  has("signer-command") && path != "identity show", // signs nothing
	} {
		if isOne {
			ways = append(ways, way)
		}
	}
	return ways
}

// The first SIGINT, SIGTERM or SIGHUP ends every command, wherever it waits: with 130, 143 or 129, nothing half-written, no
// temporary file left, and the echo of the terminal as it was. So does a second one, at once.
func TestTheFirstSignalEndsTheCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("starts each command many times")
	}
	root := newRootCmd(&Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard}, "")
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("completion")
	commands := map[string]bool{}
	leaves(root, func(path string, cmd *cobra.Command) {
		commands[path] = true
		for _, way := range signalWays(path, cmd) {
			if !slices.ContainsFunc(signalCases[path], func(c string) bool { return strings.HasPrefix(c, way+": ") }) {
				t.Errorf("signalCases of %q lacks %s", path, way)
			}
		}
	})
	var running sync.WaitGroup
	slots := make(chan bool, 20)
	var mu sync.Mutex
	ended := map[string][2]int{} // by way: by itself, abandoned
	for _, path := range slices.Sorted(maps.Keys(signalCases)) {
		if !commands[path] {
			t.Errorf("signalCases names %q, and there is no such command", path)
		}
		for _, line := range signalCases[path] {
			way, args, _ := strings.Cut(line, ": ")
			for _, signals := range [][]syscall.Signal{{syscall.SIGINT}, {syscall.SIGTERM}, {syscall.SIGINT, syscall.SIGTERM}} {
				c := &signalCase{T: t, name: line, way: way, args: strings.Fields(args), signals: signals}
				running.Go(func() {
					slots <- true
					defer func() { <-slots }()
					c.folder = signalFolder(t)
					c.run()
					mu.Lock()
					defer mu.Unlock()
					n := ended[way]
					if _, err := os.Stat(filepath.Join(c.folder, "home", "abandoned")); err != nil {
						n[0]++
					} else if n[1]++; way != "unread" && len(signals) == 1 {
						c.fail("it went on after the signal, and was abandoned")
					}
					ended[way] = n
				})
			}
		}
	}
	running.Wait()
	for _, way := range slices.Sorted(maps.Keys(ended)) {
		t.Logf("%-8s %d ended by themselves, %d were abandoned", way, ended[way][0], ended[way][1])
	}
}

// SIGHUP ends a command like SIGTERM, and not under nohup.
func TestHangup(t *testing.T) {
	for _, c := range []struct {
		nohup bool
		want  int
	}{{false, 129}, {true, 143}} {
		s := &signalCase{T: t, name: "hangup", way: "stdin", args: []string{"lint", "-"}, signals: []syscall.Signal{syscall.SIGHUP}, nohup: c.nohup, folder: signalFolder(t)}
		if !s.start() || !s.reach() {
			continue
		}
		s.kill(syscall.SIGHUP)
		if c.nohup {
			time.Sleep(100 * time.Millisecond)
			s.kill(syscall.SIGTERM)
		}
		if code := s.wait(); code != c.want {
			t.Errorf("nohup %v: exit code %d, want %d", c.nohup, code, c.want)
		}
		s.clean()
	}
}

// A reader that has enough, such as head, ends a command quietly.
func TestAReaderThatHasEnough(t *testing.T) {
	s := &signalCase{T: t, name: "head", way: "enough", args: []string{"schema", "list"}, folder: signalFolder(t)}
	defer s.clean()
	if !s.start() {
		return
	}
	if code := s.wait(); code != -int(syscall.SIGPIPE) || s.output.Len() > 0 {
		s.fail("exit code %d, want a quiet death by SIGPIPE", code)
	}
}

const signalProfile = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.acme.a</string><key>PayloadUUID</key><string>0DD9E2F5-4E3A-4B5C-9E39-6B5E5A0B7C11</string>
<key>PayloadDisplayName</key><string>A</string><key>PayloadContent</key><array>
<dict><key>PayloadType</key><string>com.apple.wifi.managed</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>com.acme.a.wifi</string><key>PayloadUUID</key><string>1DD9E2F5-4E3A-4B5C-9E39-6B5E5A0B7C11</string>
<key>SSID_STR</key><string>acme</string><key>EncryptionType</key><string>None</string>MORE</dict></array></dict></plist>
`

// signalFolder makes a folder with everything the cases name.
func signalFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "pki"), os.DirFS("testdata/pki")); err != nil {
		t.Fatal(err)
	}
	plain := strings.Replace(signalProfile, "MORE", "", 1)
	for name, content := range map[string]string{
		"a.mobileconfig":   plain,
		"bad.mobileconfig": strings.Replace(plain, "acme</string>", "acme</string><key>SSID_STR</key><string>acme</string>", 1),
		"b.mobileconfig":   strings.Replace(plain, "acme</string>", "other</string>", 1),
		"d.json":           `{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.acme.p","ServerToken":"1","Payload":{"RequirePasscode":true}}`,
		"signer":           "#!/bin/sh\n: > begun\nexec sleep 60\n",
		"encrypted.mobileconfig": strings.Replace(plain, "<key>PayloadContent</key>",
			"<key>EncryptedPayloadContent</key><data>MAA=</data><key>IsEncrypted</key><true/><key>Was</key>", 1),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "home"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// signalCase is one command that waits, to be ended by signals.
type signalCase struct {
	*testing.T
	name, way string
	args      []string
	signals   []syscall.Signal // one at once after the other
	nohup     bool
	folder    string

	cmd       *exec.Cmd
	output    bytes.Buffer
	ended     chan error
	cleanup   []func()
	asked     func(secret bool) // waits for a question
	tty       int               // the terminal, 0 for none
	interrupt func()            // presses Ctrl-C there
	called    chan struct{}     // a client has connected
}

func (c *signalCase) fail(format string, a ...any) {
	c.Errorf("%s, %v: %s\n%s", c.name, c.signals, fmt.Sprintf(format, a...), c.output.String())
}

func (c *signalCase) run() {
	defer c.clean()
	before := c.listing()
	if !c.start() || !c.reach() {
		return
	}
	began := time.Now()
	for _, signal := range c.signals {
		c.kill(signal)
	}
	code := c.wait()
	// The first of two signals may come second; a computation may be over.
	if !slices.Contains(c.signals, syscall.Signal(code-128)) && (c.way != "compute" || code < 0 || code > exitFailed) {
		c.fail("exit code %d after %s, want 128 and the signal", code, time.Since(began))
	}
	if after := c.listing(); c.way != "compute" && c.way != "unread" && after != before {
		c.fail("the folder holds %s, want %s", after, before)
	} else if strings.Contains(after, ".syncguard-") {
		c.fail("temporary files are left: %s", after)
	}
	if c.tty != 0 {
		if state, err := unix.IoctlGetTermios(c.tty, unix.TCGETS); err != nil || state.Lflag&unix.ECHO == 0 || state.Lflag&unix.ICANON == 0 {
			c.fail("the terminal has no echo: %v", err)
		}
	}
}

func (c *signalCase) clean() {
	for _, f := range slices.Backward(c.cleanup) {
		f()
	}
}

// listing names all files, aside from those of the case itself.
func (c *signalCase) listing() string {
	var names []string
	_ = filepath.WalkDir(c.folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "begun" && !strings.Contains(path, "/home/") {
			names = append(names, strings.TrimPrefix(path, c.folder+"/"))
		}
		return nil
	})
	return strings.Join(names, " ")
}

// start starts the command and waits until a signal reaches it.
func (c *signalCase) start() bool {
	ready, told, err := os.Pipe()
	if err != nil {
		c.fail("%v", err)
		return false
	}
	defer ready.Close()
	env := append(os.Environ(), "HOME="+c.folder+"/home", "XDG_CONFIG_HOME="+c.folder+"/home", "SYNCGUARD_TEST_SIGNAL="+c.way, "SYNCGUARD_TEST_NETWORK="+map[string]string{"network": "silent"}[c.way])
	if c.way != "prompt" {
		for _, name := range []string{"FLEET_TOKEN", "INTUNE_TOKEN", "APPLE_BUSINESS_TOKEN", "JAMF_CLIENT_SECRET", "JAMF_CLIENT_ID", "KMFDDM_API_KEY", "NANOMDM_API_KEY"} {
			env = append(env, "SYNCGUARD_"+name+"=x")
		}
	}
	for i, arg := range c.args {
		if arg == "$SERVER" {
			c.args[i] = c.server()
		}
	}
	c.cmd = exec.Command("syncguard", c.args...)
	if c.nohup {
		c.cmd = exec.Command("nohup", append([]string{"syncguard"}, c.args...)...)
	}
	c.cmd.Dir, c.cmd.Env, c.cmd.ExtraFiles = c.folder, env, []*os.File{told}
	after := c.connect()
	if err := c.cmd.Start(); err != nil {
		c.fail("%v", err)
		return false
	}
	told.Close()
	after()
	c.ended = make(chan error, 1)
	go func() { c.ended <- c.cmd.Wait() }()
	_, _ = ready.Read(make([]byte, 1))
	return true
}

// connect sets the streams of the command. The result closes the copies that only the command needs.
func (c *signalCase) connect() (started func()) {
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	switch c.way {
	case "unread":
		r, w := c.pipe()
		fill(w)
		c.cmd.Stdout, c.cmd.Stderr = w, w
		_ = r
		return func() {}
	case "enough":
		r, w := c.pipe()
		c.cmd.Stdout = w
		return func() { r.Close(); w.Close() }
	case "stdin":
		r, _ := c.pipe()
		c.cmd.Stdin = r
		return func() {}
	case "prompt":
		return c.terminal()
	}
	return func() {}
}

func (c *signalCase) pipe() (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		c.fail("%v", err)
	}
	c.cleanup = append(c.cleanup, func() { r.Close(); w.Close() })
	return r, w
}

// fill fills a pipe, so that the next byte waits for a reader.
func fill(w *os.File) {
	fd := int(w.Fd())
	_ = unix.SetNonblock(fd, true)
	for _, size := range []int{4096, 1} {
		for block := make([]byte, size); ; {
			if _, err := unix.Write(fd, block); err != nil {
				break
			}
		}
	}
	_ = unix.SetNonblock(fd, false)
}

// terminal gives the command a terminal of its own.
func (c *signalCase) terminal() (started func()) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		c.fail("%v", err)
		return func() {}
	}
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	slave, openErr := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err := errors.Join(err, openErr); err != nil {
		c.fail("%v", err)
		return func() {}
	}
	c.tty = int(slave.Fd())
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	shown := make(chan string, 1000)
	go func() {
		for b := make([]byte, 4096); ; {
			n, err := master.Read(b)
			if err != nil {
				return
			}
			shown <- string(b[:n])
		}
	}()
	c.cleanup = append(c.cleanup, func() { slave.Close(); master.Close() })
	c.interrupt = func() { _, _ = master.WriteString("\x03") }
	c.asked = func(secret bool) {
		late := time.After(signalBound)
		for !strings.Contains(c.output.String(), ":") {
			select {
			case s := <-shown:
				c.output.WriteString(s)
			case <-late:
				c.fail("no question")
				return
			}
		}
		for began := time.Now(); secret && time.Since(began) < signalBound; time.Sleep(time.Millisecond) {
			if state, err := unix.IoctlGetTermios(c.tty, unix.TCGETS); err != nil || state.Lflag&unix.ECHO == 0 {
				return
			}
		}
	}
	return func() {}
}

// server accepts connections and says nothing.
func (c *signalCase) server() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.fail("%v", err)
		return ""
	}
	c.called = make(chan struct{}, 100)
	c.cleanup = append(c.cleanup, func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.called <- struct{}{}
			defer conn.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

// reach waits until the command waits.
func (c *signalCase) reach() bool {
	switch c.way {
	case "prompt":
		c.asked(c.signals[0] == syscall.SIGINT && c.args[0] != "init")
	case "server":
		select {
		case <-c.called:
		case err := <-c.ended:
			c.fail("ended with %v before it asked the server", err)
			return false
		case <-time.After(signalBound):
			c.fail("the server was not asked")
		}
	case "fifo":
		if c.signals[0] == syscall.SIGINT { // waiting to read; otherwise most likely to open
			return c.writer() != nil
		}
		time.Sleep(100 * time.Millisecond)
	case "compute":
		w := c.writer()
		if w == nil {
			return false
		}
		_, _ = w.WriteString(c.large()) // an error if the command does not want all of it
		w.Close()
		time.Sleep(30 * time.Millisecond)
	case "signer":
		for began := time.Now(); time.Since(began) < signalBound; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(filepath.Join(c.folder, "begun")); err == nil {
				break
			}
		}
	default:
		time.Sleep(100 * time.Millisecond)
	}
	return true
}

// writer opens the named pipe as soon as the command does.
func (c *signalCase) writer() *os.File {
	for began := time.Now(); time.Since(began) < signalBound; time.Sleep(time.Millisecond) {
		if fd, err := unix.Open(filepath.Join(c.folder, "fifo"), unix.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
			w := os.NewFile(uintptr(fd), "fifo")
			c.cleanup = append(c.cleanup, func() { w.Close() })
			return w
		}
		select {
		case err := <-c.ended:
			c.fail("ended with %v before it opened the pipe", err)
			return nil
		default:
		}
	}
	c.fail("the pipe was not opened")
	return nil
}

// large returns an input that takes a while.
func (c *signalCase) large() string {
	var b strings.Builder
	switch c.args[0] {
	case "identity":
		return strings.Repeat("x", 1000)
	case "build", "coverage", "plan":
		b.WriteString("organization:\n  name: Acme\nprofile:\n  identifier: com.acme\npayloads:\n")
		for i := range 5000 {
			fmt.Fprintf(&b, "  - type: com.apple.wifi.managed\n    SSID_STR: n%d\n", i)
		}
		return b.String()
	}
	for i := range 40000 {
		fmt.Fprintf(&b, "<key>Unknown%d</key><string>%d</string>", i, i)
	}
	return strings.Replace(signalProfile, "MORE", b.String(), 1)
}

func (c *signalCase) kill(s syscall.Signal) {
	if c.interrupt != nil && s == syscall.SIGINT {
		c.interrupt() // Ctrl-C
		return
	}
	_ = c.cmd.Process.Signal(s)
}

// wait returns the exit code, or the negative number of the signal that killed the command.
func (c *signalCase) wait() int {
	select {
	case <-c.ended:
	case <-time.After(signalBound):
		_ = c.cmd.Process.Kill()
		c.fail("still running %s after the signal", signalBound)
		<-c.ended
	}
	status := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return -int(status.Signal())
	}
	return status.ExitStatus()
}
