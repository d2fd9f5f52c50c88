package view

import (
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/doctor"
)

// checkTitles name the checks of doctor.
var checkTitles = map[string]string{
	doctor.Clock: "clock", doctor.TimeServers: "UDP 123", doctor.DNS: "DNS", doctor.EncryptedDNS: "encrypted DNS", doctor.HTTPS: "port 443",
	doctor.TLS: "TLS", doctor.Portal: "login page", doctor.Proxy: "proxy", doctor.IPv6: "IPv6",
}

// Doctor writes what the network does to iCloud.
//
//	clock          ok       0.2 s off time.apple.com
//	DNS            failed   the resolver 10.0.0.1 gives no answer for gateway.icloud.com; 1.1.1.1 (encrypted) gives Apple's
func (p *Printer) Doctor(r *app.DoctorResult) {
	for _, c := range r.Checks {
		style := map[doctor.Status]func(...string) string{doctor.OK: green.Render, doctor.Failed: red.Render, doctor.Note: blue.Render, doctor.Unknown: yellow.Render}[c.Status]
		p.wrappedAfter(fmt.Sprintf("  %-*s  %s%s  ", len("encrypted DNS"), checkTitles[c.ID], style(string(c.Status)), strings.Repeat(" ", len("unknown")-len(c.Status))), Clean(c.Saw))
		if c.Status == doctor.Failed {
			p.labelled(faint.Render("tried:"), c.Tried)
		}
		if c.Help != "" {
			p.labelled(cyan.Render("help:"), c.Help)
		}
	}
	p.Line("")
	switch n := len(r.Causes); {
	case n > 0:
		p.wrapped(2, "%s %s", bold.Render("likely cause"+textIf(n > 1, "s")+` of "Sync Paused":`), strings.Join(r.Causes, "; "))
	case r.Complete():
		p.wrapped(2, `no cause of "Sync Paused" found in this network; next, check the phone's settings (syncguard coverage)`)
	}
	p.wrapped(2, "%s", faint.Render("This is what this machine sees. A phone on other Wi-Fi, on cellular data, or with a VPN or a profile sees another network."))
}

// labelled writes a labelled line below the answer of a check.
func (p *Printer) labelled(label, text string) {
	p.wrappedAfter(strings.Repeat(" ", len("  encrypted DNS  unknown  "))+label+" ", Clean(text))
}
