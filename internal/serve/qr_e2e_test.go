//go:build e2e

package serve

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is printed in a terminal, drawn as a terminal does, is read by an independent reader of QR codes.
func TestTerminalCodeIsRead(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:40123/6PjcKspIN9RzEGc9vdetDQ/", "https://a-rather-long-host-name.corp.acme.example:8443/" + strings.Repeat("x", 22) + "/"} {
		lines, err := TerminalQR(url)
		if err != nil {
			t.Fatal(err)
		}
		const scale = 4
		width := len([]rune(lines[0]))
		picture := image.NewGray(image.Rect(0, 0, width*scale, len(lines)*2*scale))
		for y, line := range lines {
			for x, r := range []rune(line) {
				for half, light := range []bool{r == '█' || r == '▀', r == '█' || r == '▄'} {
					for i := range scale * scale {
						c := color.Gray{}
						if light {
							c.Y = 255
						}
						picture.SetGray(x*scale+i%scale, (2*y+half)*scale+i/scale, c)
					}
				}
			}
		}
		path := filepath.Join(t.TempDir(), "code.png")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, picture); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := exec.Command("zbarimg", "--quiet", "--raw", path).Output()
		if err != nil || strings.TrimSpace(string(got)) != url {
			t.Errorf("read %q, %v; want %q", got, err, url)
		}
	}
}
