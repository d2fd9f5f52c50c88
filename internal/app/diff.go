package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/pki"
	"syncguard/internal/secret"
)

// DiffOptions are two files or two folders to compare.
type DiffOptions struct {
	Old, New string // one of them may be - for stdin
}

// DiffRun is the result of Diff.
type DiffRun = Stream[DiffHeader, *diff.Difference, *DiffFooter]

// DiffHeader names the compared files or folders.
type DiffHeader struct {
	Old     string `json:"old"` // as given; `stdin` for `-`
	New     string `json:"new"`
	Folders bool   `json:"-"`
	Named   bool   `json:"-"` // each pair has its own names
}

// DiffFooter counts the pairs. A file added or removed counts as a different pair.
type DiffFooter struct {
	Equal    int     `json:"equal"`  // pairs with the same content
	Differ   int     `json:"differ"` // pairs with different content; a file added or removed is one
	Failures []error `json:"-"`
}

// Diff compares the content of profiles or declarations. Order of keys, signatures and file formats do not count.
func Diff(ctx context.Context, h *Host, o DiffOptions) (*DiffRun, error) {
	folders := files.IsFolder(h.Files, o.Old)
	if folders != files.IsFolder(h.Files, o.New) {
		return nil, diag.Usage("name two files or two folders", "a file and a folder cannot be compared: %s, %s", o.Old, o.New)
	}
	footer := &DiffFooter{}
	header := DiffHeader{Old: o.Old, New: o.New, Folders: folders, Named: folders}
	if folders {
		old, err := h.sidesIn(ctx, o.Old, &footer.Failures)
		if err != nil {
			return nil, err
		}
		new, err := h.sidesIn(ctx, o.New, &footer.Failures)
		if err != nil {
			return nil, err
		}
		return h.diff(ctx, header, footer, diff.MatchSides(old, new,
			func(s *diff.Side) string { return below(o.Old, s.Name) },
			func(s *diff.Side) string { return below(o.New, s.Name) }))
	}
	old, errOld := h.side(inputOf(o.Old))
	new, errNew := h.side(inputOf(o.New))
	if err := errors.Join(errOld, errNew); err != nil {
		return nil, err
	}
	return h.diff(ctx, header, footer, [][2]*diff.Side{{old, new}})
}

// below returns the path of a file relative to its folder.
func below(folder, path string) string {
	if name, err := filepath.Rel(folder, path); err == nil {
		return name
	}
	return path
}

// DiffCopies compares git's temporary copies of a file from before and after a commit. old and new are their paths, empty for a
// missing copy; oldName and newName are the file's names to show.
func DiffCopies(ctx context.Context, h *Host, oldName, old, newName, new string) (*DiffRun, error) {
	a, errOld := h.copied(oldName, old)
	b, errNew := h.copied(newName, new)
	if err := errors.Join(errOld, errNew); err != nil {
		return nil, err
	}
	a.Declaration, b.Declaration = a.Declaration || a.Root == nil && b.Declaration, b.Declaration || b.Root == nil && a.Declaration
	return h.diff(ctx, DiffHeader{Old: oldName, New: newName, Named: true}, &DiffFooter{}, [][2]*diff.Side{{a, b}})
}

func (h *Host) copied(name, path string) (*diff.Side, error) {
	if path == "" {
		return &diff.Side{Name: name}, nil
	}
	data, err := h.readFile(path)
	if err != nil {
		return nil, err
	}
	return h.sideOf(name, data)
}

// diff returns a run comparing one pair at a time, on demand.
func (h *Host) diff(ctx context.Context, header DiffHeader, footer *DiffFooter, pairs [][2]*diff.Side) (*DiffRun, error) {
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	run := &DiffRun{Header: header, Footer: footer}
	run.Files = func(yield func(*diff.Difference, error) bool) {
		name := func(pair [2]*diff.Side) string { return pair[1].Name }
		compare := func(pair [2]*diff.Side) (*diff.Difference, error) { return diff.Compare(pair[0], pair[1], catalog) }
		for d, err := range each(ctx, h, "comparing", pairs, name, &footer.Failures, compare) {
			switch {
			case err != nil:
			case d.IsUnchanged():
				footer.Equal++
			default:
				footer.Differ++
			}
			if !yield(d, err) {
				return
			}
		}
	}
	return run, nil
}

// sidesIn opens every profile and declaration in a folder.
func (h *Host) sidesIn(ctx context.Context, folder string, failures *[]error) (sides []*diff.Side, err error) {
	finder := inputFinder{h, "stdin", h.hasProfileName, "profile (*.mobileconfig) or declaration (*.json)"}
	inputs, failed := finder.walk(folder)
	*failures = append(*failures, failed...)
	for s, err := range eachFile(ctx, h, "reading", inputs, failures, func(in input, data []byte) (*diff.Side, error) { return h.sideOf(in.path, data) }) {
		if err != nil {
			return nil, err
		}
		sides = append(sides, s)
	}
	return sides, nil
}

func (h *Host) side(in input) (*diff.Side, error) {
	data, err := in.read(h)
	if err != nil {
		return nil, err
	}
	return h.sideOf(in.path, data)
}

// sideOf reads a profile or declaration for comparison and masks its secrets.
func (h *Host) sideOf(name string, data []byte) (*diff.Side, error) {
	doc, findings := document.Open(diag.NewFile(name, data))
	secret.Scrub(findings)
	if doc.Defect != nil {
		return nil, diag.DefectError(name, doc.Defect)
	}
	for _, f := range findings {
		if f.Severity != diag.Error {
			continue
		}
		return nil, h.withWhere(fmt.Errorf("%s: %s", name, f.Message), name)
	}
	root := diff.Unfold(doc.Root)
	secret.Mark(root)
	return &diff.Side{Name: name, Root: root, Declaration: doc.Kind() == document.Declaration, Signers: signersOf(doc)}, nil
}

// withWhere adds a hint to an error about a file: validate shows the line. Content of stdin cannot be read again, so its errors
// get no hint.
func (h *Host) withWhere(err error, name string) error {
	if !files.Exists(h.Files, name) {
		return err
	}
	return diag.WithHint(err, "syncguard validate %s shows where", name)
}

// signersOf returns the signers of a file. A signer without an embedded certificate is "unknown".
func signersOf(doc *document.Document) []diff.Signer {
	if !doc.Signed {
		return nil
	}
	facts, err := cms.Signers(doc.Message)
	if err != nil || len(facts) == 0 {
		return []diff.Signer{{Name: "unknown"}}
	}
	var signers []diff.Signer
	for _, f := range facts {
		s := diff.Signer{Name: "unknown"}
		if f.Certificate != nil {
			s = diff.Signer{Name: pki.NameOf(f.Certificate), Fingerprint: cms.Fingerprint(f.Certificate)}
		}
		signers = append(signers, s)
	}
	return signers
}
