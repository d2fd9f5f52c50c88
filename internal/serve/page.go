package serve

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"rsc.io/qr"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageSource))
})

// page is the page as it is sent.
type page struct {
	html   []byte
	policy string // Content-Security-Policy
}

func newPage(o Options, url string) (*page, error) {
	code, err := qr.Encode(url, qr.M)
	if err != nil {
		return nil, fmt.Errorf("making the QR code: %w", err)
	}
	style := "\n" + pageStyle
	var b bytes.Buffer
	err = pageTemplate().Execute(&b, map[string]any{
		"Items": o.Items, "Several": len(o.Items) > 1, "Style": template.CSS(style), "URL": url,
		"Size": code.Size + 8, "Code": squares(code), "Once": o.Limit == 1, "Plain": o.TLS == nil && !o.Local,
	})
	if err != nil {
		return nil, fmt.Errorf("making the page: %w", err)
	}
	sum := sha256.Sum256([]byte(style))
	return &page{b.Bytes(), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}, nil
}

// squares draws a QR code as the path of an SVG, with the margin of four that scanners want.
func squares(code *qr.Code) string {
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

// Squares returns the QR code of a text as lines for a terminal, two rows a line in half blocks: a full block is light.
// The margin is part of it.
func Squares(text string) ([]string, error) {
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
