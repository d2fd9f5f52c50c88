package plist

import (
	"bytes"

	"syncguard/internal/diag"
)

// fixOf returns how a violation is corrected where that is plain from its place alone, or nil. What Apple's reader refuses or
// passes over cannot have meant anything else.
func (f *findings) fixOf(d *diag.Diagnostic) *diag.Fix {
	if d.Span.IsZero() {
		return nil
	}
	at := d.Span
	replace := func(title, text string) *diag.Fix {
		return &diag.Fix{Title: title, Edits: []diag.Edit{{Span: at, Text: text}}}
	}
	switch written := at.File.Data[at.Start:at.End]; d.Rule {
	case ruleTrailingNUL:
		if len(bytes.Trim(written, "\x00 \t\r\n")) == 0 {
			return replace("cut the NUL bytes off", "")
		}
	case ruleLeadingBlank:
		return replace("delete the white space", "")
	case ruleContentAfterPlist:
		fix := replace("delete what follows </plist>", "")
		fix.Unsafe = true
		return fix
	case ruleUnexpectedAttribute:
		if at.Start > 0 && isBlank(at.File.Data[at.Start-1]) {
			at.Start--
			return replace("delete the attribute", "")
		}
	case ruleUnknownEntity:
		if string(written) == "&" {
			return replace("write &amp;", "&amp;")
		}
	case ruleMalformedMarkup:
		if string(written) == cdataEnd {
			return replace("write ]]&gt;", "]]&gt;")
		}
	case ruleBadData:
		if opensElement(written) {
			return replace("write <data></data>", "<data></data>")
		}
	}
	return nil
}
