//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// hostile is a template that tries to break out of the page.
const hostile = `extends: builtin:prevention
organization: {name: "<script>document.title='broken'</script> & \"Söhne\" ` + "\u202e" + `", identifier: com.acme}
profile: {identifier: hostile, displayName: "</style><img src=x onerror=alert(1)>", languages: [en, de, fr, es, ja, pt-BR, zh-Hans]}
targets: [iOS/manual, iOS@27/manual, iOS@27/supervised, macOS/manual, macOS/supervised, tvOS/supervised, watchOS/manual]
payloads:
  - {id: wifi, type: com.apple.wifi.managed, keys: {SSID_STR: "<script>document.title='broken'</script>", EncryptionType: None}}
  - {id: link, type: com.apple.webClip.managed, targets: [iOS], keys: {Label: "</td></table>", URL: "https://<b>.example/x?token=1"}}
  - {id: limits, type: com.apple.applicationaccess, targets: [iOS, macOS], keys: {allowCamera: false, allowVideoConferencing: false, forceEncryptedBackup: true}}
  - {id: dock, type: com.apple.dock, targets: [macOS], keys: {orientation: left, autohide: true}}
  - {id: app, type: com.apple.configuration.app.managed, targets: [iOS/supervised], keys: {BundleID: "com.acme.<i>"}}
`

// The report as a browser shows it: at phone and desktop width, light and dark. SYNCGUARD_SCREENSHOTS names a folder that
// keeps the pictures.
func TestReportInABrowser(t *testing.T) {
	s := newSyncguard(t)
	if err := os.WriteFile(filepath.Join(s.dir, "hostile.yaml"), []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	s.build("builtin:prevention", "--unsigned", "-o", "plain", "--report", "html,md")
	s.build("--unsigned", "-o", "hostile", "--report", "html", "hostile.yaml")
	b := newBrowser(t)
	t.Run("on paper", func(t *testing.T) {
		for name, size := range map[string][2]float64{"A4": {8.27, 11.69}, "Letter": {8.5, 11}} {
			if n := b.pages(t, "file://"+filepath.Join(s.dir, "plain", "report.html"), size[0], size[1]); n != 2 {
				t.Errorf("%d pages on %s, want 2", n, name)
			}
		}
	})
	s.build("--unsigned", "-o", "both", "--report", "html", "builtin:prevention", "hostile.yaml")
	t.Run("two templates", func(t *testing.T) {
		b.look(t, "file://"+filepath.Join(s.dir, "both", "report.html"), outline, 1280, "light")
	})
	for _, name := range []string{"plain", "hostile"} {
		for _, width := range []int64{390, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(strings.Join([]string{name, scheme, map[int64]string{390: "phone", 1280: "desktop"}[width]}, " "), func(t *testing.T) {
					b.look(t, "file://"+filepath.Join(s.dir, name, "report.html"), outline, width, scheme)
				})
			}
		}
	}
}

type browser struct{ context context.Context }

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := Find(t, "chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP mac.test 127.0.0.1")) // a name that a phone could open, for the install page
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancelBrowser := chromedp.NewContext(allocator)
	t.Cleanup(cancelBrowser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting chromium: %v", err)
	}
	return &browser{ctx}
}

// pages prints a page on paper of a size in inches, and counts the sheets.
func (b *browser) pages(t *testing.T, url string, width, height float64) int {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.context)
	defer cancel()
	shown := visit{t, ctx}
	shown.must(chromedp.Do(ctx, chromedp.Navigate(url)))
	css := true
	printed, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: width, PaperHeight: height, PreferCSSPageSize: &css})
	shown.must(err)
	return len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(printed.Data, -1))
}

// look opens a page in a new tab, wants it to keep to itself and to its width, and returns its picture.
func (b *browser) look(t *testing.T, url, outline string, width int64, scheme string) []byte {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.context)
	defer cancel()
	seen := &witness{}
	page := visit{t, ctx}
	page.must(chromedp.Listen(ctx, seen.event))
	page.must(call(ctx, network.Enable, network.EnableParams{}))
	page.must(call(ctx, log.Enable, cdp.Empty{}))
	page.must(call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500}))
	page.must(call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
	page.must(chromedp.Do(ctx, chromedp.Navigate(url)))

	evaluate[bool](page, `document.querySelectorAll('details').forEach(d => d.open = true), true`)
	overflow := evaluate[int](page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	wrong := evaluate[[]string](page, outline)
	title := evaluate[string](page, `document.title`)
	background := evaluate[[]int](page, `getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)`)
	accessible(page)
	if width < 500 {
		// WCAG 1.4.10: no scrolling in two directions at 320 pixels
		page.must(call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 320, Height: 900, DeviceScaleFactor: 1, Mobile: true}))
		overflow = max(overflow, evaluate[int](page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		page.must(call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: true}))
	}
	evaluate[bool](page, `document.querySelectorAll('details').forEach(d => d.open = false), true`)
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	page.must(err)

	complaints, requests := seen.all()
	if len(complaints) > 0 {
		t.Errorf("the browser complains: %q", complaints)
	}
	requests = slices.DeleteFunc(requests, func(r string) bool { return strings.HasPrefix(r, "data:") })
	if len(requests) != 1 {
		t.Errorf("the page asks for %q", requests)
	}
	if overflow > 0 {
		t.Errorf("the page is %d pixels wider than the screen", overflow)
	}
	if len(wrong) > 0 {
		t.Errorf("not as a screen reader wants it: %q", wrong)
	}
	if strings.Contains(title, "broken") && !strings.Contains(title, "<script>") {
		t.Errorf("a script ran: the title is %q", title)
	}
	if dark := slices.Max(background[:3]) < 64; dark != (scheme == "dark") || !dark && slices.Min(background[:3]) < 224 {
		t.Errorf("the background is %d in the scheme %s", background, scheme)
	}
	keep(t, picture)
	return picture
}

// visit is one page that is open.
type visit struct {
	t       *testing.T
	context context.Context
}

func (v visit) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func evaluate[T any](v visit, expression string, options ...chromedp.EvaluateOption) T {
	v.t.Helper()
	got, err := chromedp.Run(v.context, chromedp.Evaluate[T](expression, options...))
	v.must(err)
	return got
}

func call[P, R any](ctx context.Context, command cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(ctx, command, params)
	return err
}

// witness notes what a page says to the console and asks of the network.
type witness struct {
	mu                   sync.Mutex
	complaints, requests []string
}

func (w *witness) event(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		w.complaints = append(w.complaints, "console: "+string(e.Type))
	case *runtime.EventExceptionThrown:
		w.complaints = append(w.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		w.complaints = append(w.complaints, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.URL)
	}
}

func (w *witness) all() (complaints, requests []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.complaints, w.requests
}

// outline lists what is wrong for a screen reader: sections without a name, tables without column headings, headings that
// skip a level, anchors that lead nowhere, a page without its language or its landmarks, text with less contrast than 4.5 to 1.
const outline = `(() => {
	const wrong = [];
	for (const e of document.querySelectorAll('[aria-labelledby]'))
		if (!document.getElementById(e.getAttribute('aria-labelledby'))) wrong.push('unnamed ' + e.tagName);
	for (const t of document.querySelectorAll('table'))
		if (!t.querySelector('thead th[scope=col]')) wrong.push('table without headings');
	let level = 0;
	for (const h of document.querySelectorAll('h1, h2, h3, h4, h5')) {
		const n = +h.tagName[1];
		if (n > level + 1) wrong.push('skips a level: ' + h.textContent);
		level = n;
	}
	const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
	if (ids.length != new Set(ids).size) wrong.push('repeated id');
	for (const a of document.querySelectorAll('a[href^="#"]'))
		if (!document.getElementById(a.getAttribute('href').slice(1))) wrong.push('leads nowhere: ' + a.href);
	if (!document.documentElement.lang) wrong.push('no language');
	for (const one of ['h1', 'header', 'nav[aria-label]', 'main', 'footer'])
		if (document.querySelectorAll(one).length != 1) wrong.push('not one ' + one);
	const channels = c => (c.match(/[\d.]+/g) || []).map(Number);
	const luminance = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor); if (c.length == 3 || c[3] == 1) return c; } return [255, 255, 255]; };
	for (const e of document.querySelectorAll('body *')) {
		if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()) || e.closest('.skip')) continue;
		const [a, b] = [luminance(channels(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
		if ((a + 0.05) / (b + 0.05) < 4.5) wrong.push('too faint: ' + e.textContent.trim().slice(0, 40));
	}
	return wrong;
})()`

// keep saves a picture where someone wants to look at it.
func keep(t *testing.T, picture []byte) {
	t.Helper()
	dir := os.Getenv("SYNCGUARD_SCREENSHOTS")
	if dir == "" {
		return
	}
	name := strings.NewReplacer("/", "-", " ", "-", "_", "-").Replace(strings.TrimPrefix(t.Name(), "Test"))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		t.Error(err)
	}
}
