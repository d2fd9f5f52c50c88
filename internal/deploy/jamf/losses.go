package jamf

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/mdm"
	"syncguard/internal/plist"
)

func server() *mdm.Server { return mdm.Find("jamf") }

func storage() *mdm.Storage { return server().Storage }

// Loss is a change made by Jamf to one text of a profile.
type Loss struct {
	Path   string // of the value, or of the key
	Type   string // of the payload around it, "" outside payloads
	Secret bool
	Change mdm.Change
}

// Losses lists Jamf's changes to the texts of a profile for this kind of devices, leaving out the keys set by Jamf itself.
func Losses(root *plist.Value, devices string) []Loss {
	var found []Loss
	own := server().Own
	var payload *plist.Value
	payloadType := ""
	for n := range plist.Walk(root) {
		if around := payloadAround(n); around != payload { // its type is found among all keys
			payload, payloadType = around, around.String("PayloadType")
		}
		add := func(s string, secret bool) {
			for _, c := range storage().Changes(s, devices, payloadType) {
				found = append(found, Loss{n.Path(nil).String(), payloadType, secret, c})
			}
		}
		switch {
		case n.Field == nil:
		case n.Up.Up == nil && slices.Contains(own.Top, n.Field.Key), n.Up.Value == payload && slices.Contains(own.Payload, n.Field.Key):
			n.Skip()
			continue
		default:
			add(n.Field.Key, false)
		}
		if n.Kind == plist.String {
			add(n.Text, n.Secret)
		}
	}
	return found
}

// payloadAround returns the payload around a value, or nil.
func payloadAround(n *plist.Node) *plist.Value {
	for ; n.Up != nil && n.Up.Up != nil; n = n.Up {
		if list := n.Up; list.Up.Up == nil && list.Kind == plist.Array && list.Field != nil && list.Field.Key == "PayloadContent" {
			return n.Value
		}
	}
	return nil
}

// maxPaths is how many paths a note names.
const maxPaths = 3

// pathsWith lists the paths of matching losses, "" for none.
func pathsWith(all []Loss, is func(Loss) bool) string {
	var paths []string
	more := 0
	for _, l := range all {
		switch {
		case !is(l) || slices.Contains(paths, l.Path):
		case len(paths) == maxPaths:
			more++
		default:
			paths = append(paths, l.Path)
		}
	}
	if more > 0 {
		paths = append(paths, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(paths, ", ")
}

func hasChange(c mdm.Change) func(Loss) bool { return func(l Loss) bool { return l.Change == c } }

// rejectLosses returns an error for losses worse than sending nothing.
func rejectLosses(all []Loss) error {
	if at := pathsWith(all, hasChange(mdm.Emptied)); at != "" {
		return fmt.Errorf("an emoji or another character above U+FFFF makes Jamf Pro drop all settings of managed preferences: remove it from %s", at)
	}
	if at := pathsWith(all, func(l Loss) bool { return l.Secret && l.Change != mdm.LineFeeds }); at != "" {
		return fmt.Errorf("a secret would reach devices changed, since Jamf's API alters &, <, tabs, emoji and blanks at the ends: %s; choose another secret, or upload the profile on Jamf's web page", at)
	}
	return nil
}

// lossNotes describes the losses, one sentence for each change.
func (d *Server) lossNotes(all []Loss, devices string) (sentences []string) {
	wraps := false
	for _, l := range all {
		wraps = wraps || l.Change == mdm.Escapes && devices == Computers && !d.WrapPreferences && l.Type != "" && isForeign(l.Type)
	}
	if at := pathsWith(all, func(l Loss) bool { return l.Secret && l.Change == mdm.LineFeeds }); at != "" {
		sentences = append(sentences, "the line breaks of a secret arrive as carriage returns, and software may not accept them, in "+at)
	}
	for _, say := range []struct {
		mdm.Change
		text string
	}{
		{mdm.Escapes, "devices get &amp; for & and &lt; for <, as with every client of Jamf's API, in "},
		{mdm.Tabs, "Jamf Pro deletes the tabs in "},
		{mdm.Astral, "Jamf Pro replaces emoji and other characters above U+FFFF with U+FFFD in "},
		{mdm.Ends, "Jamf Pro removes the blanks at the ends of "},
	} {
		if at := pathsWith(all, hasChange(say.Change)); at != "" {
			sentence := say.text + at
			if say.Change == mdm.Escapes && wraps {
				sentence += "; --wrap-preferences sends third-party payloads unchanged"
			}
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}
