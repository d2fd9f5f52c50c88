package cli_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"syncguard/internal/journey"
)

// TestJourneys runs testdata/journeys: what four people do, from nothing to the result. docs/journeys.md is made of the same scripts,
// so they read as documentation. What a person types or writes is counted, and bounded by the second line of a script. Beside
// testscript's commands and those of package journey there are:
//
//	make run               what the Makefile does for it, with this syncguard
//	phone program args…    run a server, open its page as a phone does, and install the profile: phone/page.html, phone/profile
//	network NAME           the network that doctor finds: a play of doctortest
//	jamf                   start a Jamf Pro server at $SERVER
//	colleague OLD NEW      somebody changes this text in the profiles of the Jamf Pro server
//	legacy FOLDER          the profiles that a company has
//
// The contributor's journey takes a compiler and a minute: package e2e runs it.
func TestJourneys(t *testing.T) {
	var files []string
	for _, name := range []string{"iphone", "jamf", "repository"} {
		files = append(files, filepath.Join("testdata", "journeys", name+".txtar"))
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			e.Values["jamf"] = &fakeJamf{all: map[string][]*jamfProfile{}}
			return os.MkdirAll(filepath.Join(home, "config"), 0o755)
		},
		Cmds: journeyCommands(),
	})
}

func journeyCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	all := journey.Commands()
	all["colleague"], all["jamf"], all["legacy"], all["make"], all["network"], all["phone"] = colleague, jamfForJourney, legacy, makeTarget, network, phone
	return all
}

var runTarget = regexp.MustCompile(`(?m)^run: build .*\n\tbin/(syncguard .*)$`)

func makeTarget(ts *testscript.TestScript, neg bool, args []string) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	ts.Check(err)
	recipe := runTarget.FindSubmatch(makefile)
	if neg || len(args) != 1 || args[0] != "run" || recipe == nil {
		ts.Fatalf("usage: make run, a target of the Makefile that runs bin/syncguard once")
	}
	words := strings.Fields(string(recipe[1]))
	ts.Check(ts.Exec(words[0], words[1:]...))
	ts.Check(os.Mkdir(ts.MkAbs("bin"), 0o755))
	ts.Check(os.Symlink(programIn(ts, words[0]), ts.MkAbs(filepath.Join("bin", words[0]))))
}

// programIn returns the path of a program that scripts find by its name.
func programIn(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found
		}
	}
	return ts.MkAbs(name)
}

func network(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: network NAME")
	}
	ts.Setenv("SYNCGUARD_TEST_NETWORK", args[0])
}

func jamfForJourney(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: jamf")
	}
	s := httptest.NewServer(ts.Value("jamf").(*fakeJamf))
	ts.Defer(s.Close)
	ts.Setenv("SERVER", s.URL)
}

func colleague(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: colleague OLD NEW")
	}
	f, changed := ts.Value("jamf").(*fakeJamf), 0
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, all := range f.all {
		for _, p := range all {
			if strings.Contains(p.General.Payloads, args[0]) {
				p.General.Payloads, changed = strings.ReplaceAll(p.General.Payloads, args[0], args[1]), changed+1
			}
		}
	}
	if changed == 0 {
		ts.Fatalf("no profile on the server has %q", args[0])
	}
}

var (
	pageAddress    = regexp.MustCompile(`https?://\S+/[A-Za-z0-9_-]{22}/`)
	profileAddress = regexp.MustCompile(`href="([^"]+\.mobileconfig[^"]*)"`)
)

// warned is a browser whose user has gone on after the warning about the page's certificate.
var warned = http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

// hasLAN reports whether the machine has an address for others.
func hasLAN() bool {
	all, _ := net.InterfaceAddrs()
	return slices.ContainsFunc(all, func(a net.Addr) bool {
		ip, ok := a.(*net.IPNet)
		return ok && ip.IP.To4() != nil && ip.IP.IsGlobalUnicast()
	})
}

// phone runs a server until it ends by itself, and installs the first profile of its page.
func phone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: phone program args…")
	}
	if lan := slices.Index(args, "--lan"); lan >= 0 && !hasLAN() {
		args = slices.Concat(args[:lan], []string{"--listen", "127.0.0.1:0"}, args[lan+1:])
	}
	cmd := exec.Command(programIn(ts, args[0]), args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	defer func() { _ = cmd.Process.Kill() }()
	page := ""
	for lines := bufio.NewScanner(out); page == "" && lines.Scan(); {
		page = pageAddress.FindString(lines.Text())
	}
	if page == "" {
		_ = cmd.Wait()
		ts.Fatalf("no address of a page: %s", errs.String())
	}
	get := func(address, name string) string {
		request, err := http.NewRequest(http.MethodGet, address, nil)
		ts.Check(err)
		request.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1")
		answer, err := warned.Do(request)
		ts.Check(err)
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		ts.Check(err)
		ts.Check(os.MkdirAll(ts.MkAbs("phone"), 0o755))
		ts.Check(os.WriteFile(ts.MkAbs(filepath.Join("phone", name)), data, 0o644))
		if answer.StatusCode != http.StatusOK {
			ts.Fatalf("%s: %s", name, answer.Status)
		}
		return string(data)
	}
	link := profileAddress.FindStringSubmatch(get(page, "page.html"))
	if link == nil {
		ts.Fatalf("no profile on the page, see phone/page.html")
	}
	get(page+link[1], "profile")
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("%v: %v: %s", args, err, errs.String())
	}
	ts.Logf("%s", errs.String())
}
