package view

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/coverage/census"
	"syncguard/internal/text"
	"syncguard/internal/view/plain"
)

// spreadsheet makes a text safe in a spreadsheet, which takes one that begins so for a formula.
func spreadsheet(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		s = "'" + s
	}
	return Clean(s)
}

// csvWriter writes rows of texts from anywhere.
type csvWriter struct{ *csv.Writer }

func newCSV(w io.Writer, header ...string) *csvWriter {
	out := &csvWriter{csv.NewWriter(w)}
	_ = out.Write(header) // Flush has the error
	return out
}

func (w *csvWriter) row(cells ...string) {
	for i := range cells {
		cells[i] = spreadsheet(cells[i])
	}
	_ = w.Write(cells)
}

func (w *csvWriter) end() error {
	w.Flush()
	return w.Error()
}

// CoverageCSV writes the counts, a row for each setting; with groups, for each group and setting.
func CoverageCSV(w io.Writer, c *app.CoverageCounts) error {
	header := []string{"setting", "value", "file", "devices"}
	for _, class := range census.Effects() {
		header = append(header, string(class))
	}
	if c.By != "" {
		header = append([]string{string(c.By)}, header...)
	}
	out := newCSV(w, header...)
	row := func(first []string, setting, value, file string, devices int, counts census.Counts) {
		cells := append(first, setting, value, file, strconv.Itoa(devices))
		for _, class := range census.Effects() {
			cells = append(cells, strconv.Itoa(counts.Of(class)))
		}
		out.row(cells...)
	}
	for _, g := range c.Groups {
		for _, s := range g.Subjects {
			row([]string{g.Name}, s.Setting, s.Value, s.File, g.Devices, s.Counts)
		}
	}
	if c.By == "" {
		for _, s := range c.Subjects {
			row(nil, s.Setting, s.Value, s.File, c.Counted, s.Counts)
		}
	}
	return out.end()
}

// DeviceListCSV writes the devices of a cell, each as soon as it is read.
func DeviceListCSV(w io.Writer, l *app.CoverageList) error {
	out := newCSV(w, "row", "serial", "name", "model", "platform", "version", "enrollment", "groups", "setting", "value", "file", "effect", "why", "more with")
	for d, err := range l.Devices {
		if err != nil {
			_ = out.end()
			return err
		}
		platform, version, enrollment := "", "", ""
		if d.Lacks == "" {
			platform, version, enrollment = string(d.Target.Platform), d.Target.Version.String(), string(d.Target.Enrollment)
		}
		var steps []string
		for _, x := range d.Raises {
			steps = append(steps, x.Class.Label()+": "+stepText(x.Step))
		}
		out.row(strconv.Itoa(d.Row), d.Serial, d.Name, d.Model, platform, version, enrollment, strings.Join(d.Groups, "; "), d.Setting, d.Value, d.File,
			string(d.Class), d.Condition, strings.Join(steps, "; "))
	}
	return out.end()
}

// DeviceListJSON writes the devices of a cell as an array, one a line, each as soon as it is read.
func DeviceListJSON(w io.Writer, l *app.CoverageList) error {
	lines := func(yield func([]byte, error) bool) {
		for d, err := range l.Devices {
			var line []byte
			if err == nil {
				line, err = plain.JSONLine(d)
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
	wrote, err := plain.WriteList(w, "[", "\n  ", iter.Seq2[[]byte, error](lines))
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, textIf(wrote, "\n")+"]\n")
	return err
}

// fitted is how many devices are looked at before the columns of a list have their widths.
const fitted = 200

// DeviceList writes the devices of a cell as lines, and their number.
func (p *Printer) DeviceList(l *app.CoverageList) error {
	var first [][]string
	widths := []int{0, 0, 0}
	n := 0
	flush := func() {
		for _, cells := range first {
			p.deviceLine(cells, widths)
		}
		first = nil
	}
	for d, err := range l.Devices {
		if err != nil {
			flush()
			return err
		}
		n++
		cells := deviceCells(&d)
		if n > fitted {
			p.deviceLine(cells, widths)
			continue
		}
		for i := range widths {
			widths[i] = min(max(widths[i], lipgloss.Width(cells[i])), 24)
		}
		if first = append(first, cells); n == fitted {
			flush()
		}
	}
	flush()
	if n == 0 {
		p.Line("no device is in this cell")
		return nil
	}
	p.Line("")
	p.Line("%s", text.Counted(n, "device"))
	return nil
}

// deviceCells returns serial number or row, name, OS and the rest of a device.
func deviceCells(d *census.Listed) []string {
	serial := d.Serial
	if serial == "" {
		serial = fmt.Sprintf("row %d", d.Row)
	}
	os, rest := "", d.Condition
	if d.Lacks == "" {
		os = fmt.Sprintf("%s %s %s", d.Target.Platform, d.Target.Version, d.Target.Enrollment)
		rest = strings.Join(d.Groups, ", ")
	}
	return []string{Clean(serial), Clean(d.Name), Clean(os), Clean(rest)}
}

func (p *Printer) deviceLine(cells []string, widths []int) {
	var b strings.Builder
	for i, width := range widths {
		if width > 0 {
			b.WriteString(cells[i] + strings.Repeat(" ", max(0, width-lipgloss.Width(cells[i]))) + gap)
		}
	}
	p.hang(b.String(), cells[len(widths)], p.screen())
}
