package diag

import "syncguard/internal/text"

// MarshalJSON writes the finding as WriteJSON does. An outer encoder escapes <, > and & if it is set to.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	j := text.NewJSON()
	d.WriteJSON(j)
	return j.Data, nil
}

// WriteJSON writes the finding as described in docs/json.md; later versions only add fields. It leaves out a fix with
// HideSource, because the fix may hold the secret.
func (d *Diagnostic) WriteJSON(j *text.JSON) {
	j.Open('{')
	j.TextField("rule", d.Rule)
	j.TextField("severity", d.Severity.String())
	j.TextField("message", d.Message)
	textIfAny(j, "help", d.Help)
	at := d.Span.At()
	if d.Span.IsZero() {
		textIfAny(j, "file", d.File)
	}
	at.writeJSON(j)
	textIfAny(j, "path", d.Path.String())
	if len(d.Related) > 0 {
		j.Key("related")
		j.Open('[')
		for _, r := range d.Related {
			j.Next()
			j.Open('{')
			j.TextField("message", r.Message)
			r.At().writeJSON(j)
			j.Close('}')
		}
		j.Close(']')
	}
	if d.Fix != nil && !d.HideSource {
		j.Key("fix")
		d.Fix.writeJSON(j)
	}
	textIfAny(j, "fingerprint", d.Fingerprint)
	j.Close('}')
}

func textIfAny(j *text.JSON, name, value string) {
	if value != "" {
		j.TextField(name, value)
	}
}

// writeJSON writes the fields of a place: none without a file, and no positions in inputs that have none. Columns count Unicode
// code points; end is just behind the last character.
func (p Place) writeJSON(j *text.JSON) {
	if p.File == "" {
		return
	}
	j.TextField("file", p.File)
	p.Start.writeJSON(j, "start")
	p.End.writeJSON(j, "end")
}

func (p Position) writeJSON(j *text.JSON, name string) {
	j.Key(name)
	j.Open('{')
	j.IntField("line", p.Line)
	j.IntField("column", p.Column)
	j.Close('}')
}

func (f *Fix) writeJSON(j *text.JSON) {
	j.Open('{')
	j.TextField("title", f.Title)
	j.BoolField("unsafe", f.Unsafe)
	j.Key("edits")
	j.Open('[')
	for _, e := range f.Edits {
		j.Next()
		j.Open('{')
		e.Span.At().writeJSON(j)
		j.TextField("text", e.Text)
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}
