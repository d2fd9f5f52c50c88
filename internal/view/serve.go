package view

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// Offer writes the served profiles, a line each, and when the offer ends: after limit downloads, if it is not 0.
func (p *Printer) Offer(o *app.Offer, expires time.Time, limit int) {
	for _, item := range o.Items {
		p.wrapped(4, "  %s  %s, for %s; %s", Clean(item.Path), Clean(item.Name), cmp.Or(strings.Join(item.Devices, ", "), "devices under MDM"), trustText(item.Trust))
	}
	why := map[string][]string{}
	for _, w := range o.Withheld {
		reason := "for devices under MDM"
		if len(w.Devices) > 0 {
			reason = "for " + strings.Join(w.Devices, ", ") + ", from a Mac with Apple Configurator"
		}
		why[reason] = append(why[reason], Clean(w.Path))
	}
	for _, reason := range slices.Sorted(maps.Keys(why)) {
		p.wrapped(4, "  not offered, %s: %s", reason, strings.Join(why[reason], ", "))
	}
	until := "until Ctrl-C"
	if !expires.IsZero() {
		until = "until " + expires.Format(time.TimeOnly)
	}
	if limit > 0 {
		until += ", or " + text.Count(limit, "download")
	}
	p.Line("  %s", until)
}

// AirDrop explains how to send the files to a nearby device. inFinder tells that the Finder shows them already.
func (p *Printer) AirDrop(o *app.Offer, inFinder bool) {
	if inFinder {
		p.wrapped(2, "The Finder shows the file. Control-click it, choose Share… and AirDrop, and pick the device.")
	} else {
		p.wrapped(2, "AirDrop needs an Apple device: copy the file to a Mac, control-click it in the Finder, and choose Share… and AirDrop.")
		p.wrapped(2, "Without a Mac, syncguard serve gives the device a page to open.")
	}
	p.wrapped(2, "On the iPhone or iPad accept it, and within 8 minutes open Settings > Profile Downloaded > Install.")
	for _, item := range o.Items {
		p.wrapped(4, "  %s  %s", Clean(item.Path), trustText(item.Trust))
	}
}

// trustText returns the devices' verdict on a signature.
func trustText(t app.DeviceTrust) string {
	if t.IsProbable() {
		return "devices probably show “" + t.Label() + "”: they have Apple's root, although this machine does not"
	}
	return "devices show “" + t.Label() + "”"
}

// QRCode writes a QR code of half blocks: black on white on a terminal with colors, whatever its own are.
func (p *Printer) QRCode(lines []string) {
	style := lipgloss.NewStyle().Foreground(lipgloss.Color("#ffffff")).Background(lipgloss.Color("#000000"))
	for _, line := range lines {
		p.raw(style.Render(line))
	}
}
