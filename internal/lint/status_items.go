package lint

import (
	"cmp"
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

const statusSubscriptions = "com.apple.configuration.management.status-subscriptions"

// unknownStatusItem warns about a name near a known one. Any other may be an item of a newer version.
func unknownStatusItem(p *pass, n *node) {
	if n.domain != statusSubscriptions || n.path.lastKey() != "Name" || n.value.Kind != plist.String || hasPlaceholder(n.value) {
		return
	}
	items, err := p.profile.checker.catalog.StatusItems()
	if err != nil {
		p.profile.err = cmp.Or(p.profile.err, fmt.Errorf("reading the status items: %w", err))
	}
	if items == nil {
		return
	}
	if item := keyNamed(items.Keys, n.value.Text); item != nil {
		p.reportStatusItem(n, item)
		return
	}
	d := p.report(n.at(), "unknown status item %s", quote(n.value.Text))
	names := (&node{layers: []layer{{keys: items.Keys}}}).knownKeys()
	if _, help := p.profile.nearest(n.value.Text, names); help != "" {
		d.Severity, d.Help = diag.Warning, help
	}
}

// reportStatusItem reports the targets without a status item.
func (p *pass) reportStatusItem(n *node, item *schema.Key) {
	for _, on := range p.profile.targets {
		a := item.Availability[on.Platform.Schema()]
		for _, l := range a.Limits(on) {
			if l.Obstacle.Blocks() {
				p.report(n.at(), "status item %s %s", quote(item.Name), a.Phrase(l, on)).Severity = diag.Note
			}
		}
	}
}
