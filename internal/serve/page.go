package serve

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"rsc.io/qr"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/guidance"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageSource))
})

// policy is the Content-Security-Policy. It allows the page its style and its pictures, and nothing else.
var policy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(embeddedStyle()))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

// embeddedStyle returns the style as embedded in the page.
func embeddedStyle() string { return "\n" + pageStyle }

// page is one page, ready to send.
type page struct {
	language string // BCP 47
	html     []byte
}

// pageView holds the template's data for one language.
type pageView struct {
	*guidance.Locale
	Items       []itemView
	Several     bool
	Languages   []*guidance.Locale
	Style       template.CSS
	Size        int
	Code        string // QR code of the address
	Once, Plain bool

	ForMobile, ForMac bool   // some profile is for these devices
	Mobile, Mac       string // paths through Settings
	Names             string // explanation of the marks in them; empty without marks
}

type itemView struct {
	*app.Offered
	For, Button      string
	Does             []string
	Trusted, Because string
}

// newPages makes the page in every language, by the part of its address after the token.
func newPages(o Options, url string) (map[string]*page, error) {
	code, err := qr.Encode(url, qr.M)
	if err != nil {
		return nil, fmt.Errorf("making the QR code: %w", err)
	}
	var all []*guidance.Locale
	for _, l := range guidance.Languages() {
		all = append(all, guidance.In(l))
	}
	pages := map[string]*page{}
	for _, l := range all {
		v := pageView{Locale: l, Several: len(o.Items) > 1, Languages: all, Style: template.CSS(embeddedStyle()),
			Size: code.Size + 8, Code: qrPath(code), Once: o.Limit == 1, Plain: o.TLS == nil && !o.Local}
		v.Mobile = v.settingsPath("Settings", "General", "VPN & Device Management")
		v.Mac = v.settingsPath("System Settings", "General", "Device Management")
		for i := range o.Items {
			item := &o.Items[i]
			v.Items = append(v.Items, newItemView(item, l, v.Several))
			everywhere := len(item.Devices) == 0
			v.ForMac = v.ForMac || everywhere || slices.Contains(item.Devices, "Mac")
			v.ForMobile = v.ForMobile || everywhere || slices.ContainsFunc(item.Devices, func(d string) bool { return d != "Mac" })
		}
		var b bytes.Buffer
		if err := pageTemplate().Execute(&b, v); err != nil {
			return nil, fmt.Errorf("making the page: %w", err)
		}
		pages["?"+l.Language] = &page{l.Language, b.Bytes()}
	}
	return pages, nil
}

// settingsPath returns a path through Settings, marked if a source for one of its names is missing.
func (v *pageView) settingsPath(names ...string) string {
	path, evidence := v.Path(names, fact.Community)
	text := strings.Join(path, " › ")
	if evidence == fact.Unverified {
		v.Names = v.Text("names", "mark", v.Texts["mark"])
		text += " (" + v.Texts["mark"] + ")"
	}
	return text
}

func newItemView(i *app.Offered, l *guidance.Locale, several bool) itemView {
	devices := strings.Join(i.Devices, ", ")
	if devices == "" {
		devices = l.Text("serve.managed")
	}
	v := itemView{Offered: i, For: l.Text("serve.for", "devices", devices), Button: l.Text("serve.button")}
	if several {
		v.Button = l.Text("serve.button.on", "devices", devices)
	}
	if i.Description != "" {
		v.Does = append(v.Does, i.Description)
	}
	for _, p := range i.Payloads {
		v.Does = append(v.Does, effectOf(p, l))
	}
	signer := l.Text("serve.somebody")
	if i.Signer != "" {
		signer = "“" + i.Signer + "”"
	}
	label := i.Trust
	if label == app.TrustExpired {
		label = app.TrustUnverified
	}
	v.Trusted = l.Text("serve." + string(label))
	v.Because = l.Text("serve."+string(i.Trust)+".why", "signer", signer)
	return v
}

// effectOf describes the effect of a payload.
func effectOf(p app.OfferedPayload, l *guidance.Locale) string {
	if p.Effective == 0 {
		return l.Text("serve.nothing", "name", p.Name, "system", p.System)
	}
	id := "serve.works.other"
	if p.Effective == 1 {
		id = "serve.works.one"
	}
	text := l.Text(id, "name", p.Name, "count", strconv.Itoa(p.Effective))
	if p.ManagedOnly > 0 {
		text = l.Text("serve.idle", "works", text, "count", strconv.Itoa(p.ManagedOnly))
	}
	return text
}

var languages = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, l := range guidance.Languages() {
		tags = append(tags, language.MustParse(l))
	}
	return language.NewMatcher(tags)
})

// preferred returns the page in the browser's preferred language, or in English.
func (s *Server) preferred(r *http.Request) *page {
	asked, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	_, at, confidence := languages().Match(asked...)
	if confidence == language.No {
		at = 0
	}
	return s.pages["?"+guidance.Languages()[at]]
}

// qrPath draws a QR code as the path of an SVG, with the margin of four required by scanners.
func qrPath(code *qr.Code) string {
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+4, y+4)
			}
		}
	}
	return b.String()
}

// TerminalQR returns the QR code of a text as lines for a terminal, two rows a line in half blocks: a full block is
// light. The margin is part of it.
func TerminalQR(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, fmt.Errorf("making the QR code: %w", err)
	}
	const margin = 4
	light := func(x, y int) bool {
		return x < 0 || y < 0 || x >= code.Size || y >= code.Size || !code.Black(x, y)
	}
	var lines []string
	for y := -margin; y < code.Size+margin; y += 2 {
		var line strings.Builder
		for x := -margin; x < code.Size+margin; x++ {
			switch upper, lower := light(x, y), light(x, y+1); {
			case upper && lower:
				line.WriteRune('█')
			case upper:
				line.WriteRune('▀')
			case lower:
				line.WriteRune('▄')
			default:
				line.WriteRune(' ')
			}
		}
		lines = append(lines, line.String())
	}
	return lines, nil
}
