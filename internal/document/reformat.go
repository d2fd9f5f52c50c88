package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// Reformat returns a profile in XML or a declaration in the one canonical form (see plist.Document.Reformat and plist.WriteJSON);
// with keepOrder the keys keep their order. The document must come from OpenTemplate without errors. Reformat refuses a signed
// one, because it would break the signature, and a binary one, because it is not for reading.
func (d *Document) Reformat(keepOrder bool) ([]byte, error) {
	switch {
	case d.Signed:
		return nil, errors.New("is signed, and formatting would break the signature")
	case d.Format == Binary:
		return nil, errors.New("is a binary property list, and only XML can be formatted")
	case d.Format == JSON:
		return d.formJSON(keepOrder)
	case d.plist == nil:
		return nil, errors.New("is neither a profile nor a declaration")
	}
	return d.plist.Reformat(keepOrder)
}

func (d *Document) formJSON(keepOrder bool) ([]byte, error) {
	formed, err := plist.WriteJSON(d.Root)
	if err != nil {
		return nil, err
	}
	if keepOrder {
		var b bytes.Buffer
		if err := json.Indent(&b, bytes.TrimSpace(bytes.TrimPrefix(d.File.Data, []byte(utf8BOM))), "", "  "); err != nil {
			return nil, err
		}
		formed = append(b.Bytes(), '\n')
	}
	again, findings := openJSON(diag.NewFile(d.File.Name, formed))
	if diag.HasErrors(findings) || !plist.Equal(d.Root, again.Root) {
		return nil, fmt.Errorf("reading the formatted declaration back: its content differs")
	}
	return formed, nil
}
