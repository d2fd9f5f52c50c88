package serve

import (
	"bytes"
	"cmp"
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
	"syncguard/internal/summary"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{"level": level, "rest": rest}).Parse(pageSource))
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
	Title       string
	Items       []*itemView
	Several     bool
	Withheld    []withheldView
	Languages   []*guidance.Locale
	Style       template.CSS
	Size        int
	Code        string // QR code of the address; empty if no phone can use it
	Once, Plain bool

	ForMobile, ForMac bool // some profile is for these devices
	MobileTitle       string
	Mobile, Mac       string // paths through Settings
	Names             string // explanation of the marks on names of Settings; empty without marks
}

type itemView struct {
	*app.Offered
	ID, For, Button string
	Does            []effectView
	Own             template.HTML // its own description
	Trusted         string
	Because         template.HTML
	IsGood          bool
	First, Then     []leftView // what is left to the person, before and after the profile is installed
}

// effectView is what one payload does.
type effectView struct {
	Lines   []template.HTML
	Where   string // devices with the effect, empty for all
	Nothing bool
}

// leftView is what an intent leaves to the person.
type leftView struct {
	Title string
	Steps []stepView
}

// stepView is one step through Settings.
type stepView struct {
	Path   []string
	Last   string // the switch and its value
	Where  string
	Unseen bool // a name was not seen in a source
}

type withheldView struct{ Name, Why string }

// newPages makes the page in every language, by the part of its address after the token.
func newPages(o Options, url string, hasQR bool) (map[string]*page, error) {
	code, size := "", 0
	if hasQR {
		qr, err := qr.Encode(url, qr.M)
		if err != nil {
			return nil, fmt.Errorf("making the QR code: %w", err)
		}
		code, size = qrPath(qr), qr.Size+8
	}
	var all []*guidance.Locale
	for _, l := range guidance.Languages() {
		all = append(all, guidance.In(l))
	}
	pages := map[string]*page{}
	for _, l := range all {
		v := &pageView{Locale: l, Languages: all, Style: template.CSS(embeddedStyle()), Code: code, Size: size, Once: o.Limit == 1, Plain: o.Certificate == nil && !o.Local}
		v.fill(o.Offer)
		var b bytes.Buffer
		if err := pageTemplate().Execute(&b, v); err != nil {
			return nil, fmt.Errorf("making the page: %w", err)
		}
		pages["?"+l.Language] = &page{l.Language, b.Bytes()}
	}
	return pages, nil
}

// fill adds the profiles to the page.
func (v *pageView) fill(o *app.Offer) {
	v.Several, v.Title = len(o.Items) > 1, v.Text("serve.choose")
	if !v.Several {
		v.Title = o.Items[0].Name
	}
	for i := range o.Items {
		item := &o.Items[i]
		v.Items = append(v.Items, v.item(item, fmt.Sprintf("profile-%d", i+1)))
		everywhere := len(item.Devices) == 0
		v.ForMac = v.ForMac || everywhere || item.ForMacs()
		v.ForMobile = v.ForMobile || everywhere || item.ForPhones() || !item.ForMacs()
	}
	for _, w := range o.Withheld {
		why := v.Text("serve.withheld.mdm")
		if len(w.Devices) > 0 {
			why = v.Text("serve.withheld.mac", "devices", strings.Join(w.Devices, ", "))
		}
		v.Withheld = append(v.Withheld, withheldView{w.Name, why})
	}
	v.MobileTitle = v.Text("serve.mobile")
	if !v.Several && !v.ForMac && !o.ForPhones() { // an Apple Vision Pro
		v.MobileTitle = v.Items[0].For
	}
	v.Mobile = v.settingsPath("Settings", "General", "VPN & Device Management")
	v.Mac = v.settingsPath("System Settings", "General", "Device Management")
}

// settingsPath returns a path through Settings, marked if a source for one of its names is missing.
func (v *pageView) settingsPath(names ...string) string {
	path, evidence := v.Path(names, fact.Community)
	text := strings.Join(path, " › ")
	if v.mark(evidence) {
		text += " (" + v.Mark() + ")"
	}
	return text
}

// mark reports whether names of Settings need a mark, and sees to its explanation.
func (v *pageView) mark(e fact.Evidence) bool {
	if e != fact.Unverified {
		return false
	}
	v.Names = v.Text("names", "mark", v.Mark())
	return true
}

// Mark returns the mark on names of Settings that were not seen in a source.
func (v *pageView) Mark() string { return v.Texts["mark"] }

func (v *pageView) item(i *app.Offered, id string) *itemView {
	devices := strings.Join(i.Devices, ", ")
	if devices == "" {
		devices = v.Text("serve.managed")
	}
	item := &itemView{Offered: i, ID: id, For: v.Text("serve.for", "devices", devices), Button: v.Text("serve.button"),
		IsGood: i.Trust == app.TrustVerified || i.Trust == app.TrustApple}
	if v.Several {
		item.Button = v.Text("serve.button.on", "devices", devices)
	}
	for _, e := range i.Effects {
		item.Does = append(item.Does, v.effect(e))
	}
	for _, left := range i.Left {
		if left.First {
			item.First = append(item.First, v.left(left))
		} else {
			item.Then = append(item.Then, v.left(left))
		}
	}
	if i.Description != "" {
		item.Own = v.marked("serve.own", "text", i.Description)
	}
	signer := v.Text("serve.somebody")
	if i.Signer != "" {
		signer = "“" + i.Signer + "”"
	}
	label := i.Trust
	if label == app.TrustExpired {
		label = app.TrustUnverified
	}
	item.Trusted = v.Text("serve." + string(label))
	item.Because = v.marked("serve."+string(i.Trust)+".why", "signer", signer)
	return item
}

// effect describes the effect of a payload.
func (v *pageView) effect(e app.OfferedEffect) effectView {
	if len(e.Sentences) == 0 {
		return effectView{Lines: []template.HTML{v.marked("serve.nothing", "name", cmp.Or(v.Topics[e.Type], e.Type))}, Nothing: true}
	}
	view := effectView{Where: v.where(e.Where)}
	for _, s := range e.Sentences {
		view.Lines = append(view.Lines, v.sentence(s))
	}
	switch {
	case e.Idle == 1:
		view.Lines = append(view.Lines, v.marked("serve.idle.one"))
	case e.Idle > 1:
		view.Lines = append(view.Lines, v.marked("serve.idle.other", "count", strconv.Itoa(e.Idle)))
	}
	return view
}

// where describes some devices; it is empty for all.
func (v *pageView) where(r app.OfferedRange) string {
	var parts []string
	if len(r.Devices) > 0 {
		parts = append(parts, v.Text("serve.only", "devices", strings.Join(r.Devices, ", ")))
	}
	if !r.From.IsZero() {
		parts = append(parts, v.Text("serve.from", "version", r.From.String()))
	}
	if !r.Before.IsZero() {
		parts = append(parts, v.Text("serve.before", "version", r.Before.String()))
	}
	return strings.Join(parts, " ")
}

func (v *pageView) left(i app.OfferedIntent) leftView {
	left := leftView{Title: v.Text(string(i.Intent))}
	for _, s := range i.Steps {
		path, evidence := v.Path(s.Path, s.Evidence)
		last := len(path) - 1
		left.Steps = append(left.Steps, stepView{Path: path[:last], Last: path[last] + ": " + v.Value(s.Value), Where: v.where(s.Where), Unseen: v.mark(evidence)})
	}
	return left
}

// marked returns a text as HTML, with each value set apart: whatever its direction of writing, it does not reorder the words
// around it.
func (v *pageView) marked(id string, values ...string) template.HTML {
	pairs := make([]string, 0, len(values))
	for i := 0; i+1 < len(values); i += 2 {
		pairs = append(pairs, "{"+values[i]+"}", "<bdi>"+template.HTMLEscapeString(values[i+1])+"</bdi>")
	}
	return template.HTML(strings.NewReplacer(pairs...).Replace(template.HTMLEscapeString(v.Texts[id])))
}

// IsLeft reports whether any profile leaves steps to the person after it is installed.
func (v *pageView) IsLeft() bool {
	return slices.ContainsFunc(v.Items, func(i *itemView) bool { return len(i.Then) > 0 })
}

// sentence returns a sentence as HTML, with each value set apart as by marked. Package summary leaves no marks of direction in them.
func (v *pageView) sentence(s summary.Sentence) template.HTML {
	const open, end = "\u2068", "\u2069" // isolates
	s.Values = slices.Clone(s.Values)
	for i := 1; i < len(s.Values); i += 2 {
		s.Values[i] = open + s.Values[i] + end
	}
	return template.HTML(strings.NewReplacer(open, "<bdi>", end, "</bdi>").Replace(template.HTMLEscapeString(s.In(v.Locale))))
}

// level is a heading for the template: one deeper below the heading of a profile.
func level(deep bool, text string) any {
	return struct {
		Deep bool
		Text string
	}{deep, text}
}

// rest is what the template needs for steps left to the person.
func rest(v *pageView, left []leftView) any {
	return struct {
		*pageView
		Left []leftView
	}{v, left}
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
