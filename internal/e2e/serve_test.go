//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// serving starts syncguard serve, and returns the address of the page.
func (s *syncguard) serving(args ...string) (url string, process *os.Process) {
	s.t.Helper()
	cmd := exec.Command(os.Getenv("SYNCGUARD_BINARY"), append([]string{"serve"}, args...)...)
	cmd.Dir = s.dir
	cmd.Env = []string{"HOME=" + s.config, "XDG_CONFIG_HOME=" + s.config, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		if err := cmd.Wait(); err != nil && !strings.Contains(errs.String(), "complete download") {
			s.t.Errorf("serve: %v: %s", err, errs.String())
		}
		if token := strings.Split(url, "/"); len(token) > 3 && strings.Contains(errs.String(), token[3]) {
			s.t.Errorf("the log has the token: %s", errs.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.t.Fatalf("serve printed no address: %v: %s", err, errs.String())
	}
	return strings.TrimSpace(line), cmd.Process
}

// The install page in a browser, at phone and desktop width: it keeps to itself, its QR code leads to it, and its button
// gives the very bytes of the profile.
func TestInstallPage(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "one", "--target", "iOS/manual")
	s.build("-o", "many", "--target", "iOS/manual", "--target", "macOS/manual")
	b := newBrowser(t)
	plainOutline := strings.Replace(outline, "'h1', 'header', 'nav[aria-label]', 'main', 'footer'", "'h1', 'header', 'nav[aria-label]', 'main'", 1)
	for _, folder := range []string{"one", "many"} {
		url, _ := s.serving("--host", "mac.test", folder)
		for _, width := range []int64{390, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(strings.Join([]string{folder, scheme, map[int64]string{390: "phone", 1280: "desktop"}[width]}, " "), func(t *testing.T) {
					picture := b.look(t, url, plainOutline, width, scheme)
					if width < 1000 {
						return
					}
					path := filepath.Join(t.TempDir(), "page.png")
					if err := os.WriteFile(path, picture, 0o600); err != nil {
						t.Fatal(err)
					}
					if got := strings.TrimSpace(string(Tool(t, nil, "zbarimg", "--quiet", "--raw", path))); got != url {
						t.Errorf("the QR code leads to %q, want %q", got, url)
					}
				})
			}
		}
	}
	url, _ := s.serving("many")
	for _, language := range []string{"de", "fr", "es", "ja", "pt-BR", "zh-Hans"} {
		t.Run(language, func(t *testing.T) { b.look(t, url+"?"+language, plainOutline, 390, "light") })
	}
	url, _ = s.serving("--once", "one")
	want, err := os.ReadFile(filepath.Join(s.dir, "one", "icloud-sync.ios-manual.mobileconfig"))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.download(t, url); !bytes.Equal(got, want) {
		t.Errorf("the browser got %d bytes, want the %d of the file", len(got), len(want))
	}
	if answer, err := http.Get(url + "icloud-sync.ios-manual.mobileconfig"); err == nil && answer.StatusCode != http.StatusGone && answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a second download of --once: %s", answer.Status)
	}
}

// download clicks the button and returns the file that the browser saves.
func (b *browser) download(t *testing.T, url string) []byte {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.context)
	defer cancel()
	page, dir := visit{t, ctx}, t.TempDir()
	page.must(chromedp.Do(ctx, chromedp.Navigate(url)))
	page.must(call(ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}))
	evaluate[bool](page, `document.querySelector('.install').click(), true`)
	for range 100 {
		found, _ := filepath.Glob(filepath.Join(dir, "*.mobileconfig"))
		if len(found) == 1 {
			if data, err := os.ReadFile(found[0]); err == nil && len(data) > 0 {
				return data
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the browser saved nothing")
	return nil
}

// What is asked of the real server: the type, wrong names, paths that lead elsewhere, and the end of its time.
func TestInstallPageOverHTTP(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "one", "--target", "iOS/manual")
	url, _ := s.serving("--expires", "4s", "one")
	file := url + "icloud-sync.ios-manual.mobileconfig"
	// curl sends a path as it is
	ask := func(args ...string) string {
		return strings.TrimSpace(string(Tool(t, nil, "curl", append([]string{"-s", "-o", os.DevNull, "--path-as-is", "-w", "%{http_code} %{content_type}"}, args...)...)))
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"200 application/x-apple-aspen-config", []string{file}},
		{"200 text/html; charset=utf-8", []string{url}},
		{"200 text/html; charset=utf-8", []string{url + "?ja"}},
		{"421 text/plain; charset=utf-8", []string{"-H", "Host: evil.example", file}},
		{"404 text/plain; charset=utf-8", []string{url + "../" + "one/icloud-sync.ios-manual.mobileconfig"}},
		{"404 text/plain; charset=utf-8", []string{url + "..%2f..%2fetc/passwd"}},
		{"404 text/plain; charset=utf-8", []string{url[:len(url)-5] + "xxxx/"}},
		{"405 text/plain; charset=utf-8", []string{"-X", "POST", file}},
	} {
		if got := ask(c.args...); got != c.want {
			t.Errorf("%v: %q, want %q", c.args, got, c.want)
		}
	}
	for range 100 {
		answer, err := http.Get(file)
		if err != nil { // it has ended
			t.Error("the end was not said")
			return
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode == http.StatusGone {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("it never ends")
}

// A hundred thousand downloads one after another, none wrong, and the process no larger at the end.
func TestHundredThousandDownloads(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "one", "--target", "iOS/manual")
	url, process := s.serving("one")
	want, err := os.ReadFile(filepath.Join(s.dir, "one", "icloud-sync.ios-manual.mobileconfig"))
	if err != nil {
		t.Fatal(err)
	}
	download := func(n int) {
		for range n {
			answer, err := http.Get(url + "icloud-sync.ios-manual.mobileconfig")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || !bytes.Equal(body, want) {
				t.Fatalf("%d bytes, %v", len(body), err)
			}
		}
	}
	download(10_000)
	before := resident(t, process.Pid)
	download(90_000)
	after := resident(t, process.Pid)
	t.Logf("resident after 10,000 downloads %d KiB, after 100,000 %d KiB", before, after)
	if after > before+16<<10 {
		t.Errorf("the process grew from %d to %d KiB", before, after)
	}
}

// resident is the memory of a process in KiB, as ps has it.
func resident(t *testing.T, pid int) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(string(Tool(t, nil, "ps", "-o", "rss=", "-p", strconv.Itoa(pid)))))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
