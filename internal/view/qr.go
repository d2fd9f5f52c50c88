package view

import "charm.land/lipgloss/v2"

// QRCode writes a QR code of half blocks. Where there are colours it is black on white, whatever those of the terminal are.
func (p *Printer) QRCode(lines []string) {
	style := lipgloss.NewStyle().Foreground(lipgloss.Color("#ffffff")).Background(lipgloss.Color("#000000"))
	for _, line := range lines {
		p.Line("%s", style.Render(line))
	}
}
