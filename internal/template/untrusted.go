package template

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/diag"
)

// limits bound one load. Those of an untrusted template are halved.
type limits struct {
	file        int // bytes of one YAML file
	values      int // of a template with its bases, aliases expanded
	text        int // bytes of their keys and scalars
	dataFile    int // bytes of one $file or $text
	allData     int // bytes of all of them
	substituted int // bytes put in by variables
	bases       int // templates extending each other
}

func (l *Loader) limits() limits {
	all := limits{MaxFile, maxNodes, maxText, maxDataFile, maxAllData, maxSubstituted, maxBases}
	if l.Untrusted {
		for _, limit := range []*int{&all.file, &all.values, &all.text, &all.dataFile, &all.allData, &all.substituted, &all.bases} {
			*limit /= 2
		}
	}
	return all
}

var (
	errUntrusted = errors.New("refused by --untrusted")
	errHidden    = errors.New("it is hidden, refused by --untrusted")
	errLink      = errors.New("it is behind a symbolic link, refused by --untrusted")
)

// refuse tells the caller of a reference that an untrusted template is not given.
func (s *load) refuse(span diag.Span, what string, err error) {
	refused := errors.Is(err, errUntrusted) || errors.Is(err, errHidden) || errors.Is(err, errLink) || errors.Is(err, errOutside) || plainError(err) == errOutside.Error()
	if !s.Untrusted || s.Refused == nil || !refused {
		return
	}
	name := "--set"
	if span.File != nil {
		name = span.File.Name
		what = fmt.Sprintf("line %d: %s", span.File.Position(span.Start).Line, what)
	}
	s.Refused(name, what+" not read: "+plainError(err))
}

// checkTrust refuses hidden files, such as .git/config or .env, and symbolic links to an untrusted template.
func (s *load) checkTrust(at origin) error {
	if !s.Untrusted || at.fsys == nil || !fs.ValidPath(at.name) {
		return nil // an invalid path is refused to all
	}
	for i, part := 0, ""; i < len(at.name); i += len(part) + 1 {
		part, _, _ = strings.Cut(at.name[i:], "/")
		if isHidden(part) && part != "." {
			return errHidden
		}
		info, err := fs.Lstat(at.fsys, at.name[:i+len(part)])
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return errLink
		}
	}
	return nil
}

// HasTemplateKeys reports whether YAML has a key of a template at its top level, however it is written. plist.IsTemplate takes a
// hundredth of the time, and misses quoted and escaped keys: build reads those.
func HasTemplateKeys(data []byte) bool {
	if len(data) > MaxFile {
		return false
	}
	root, _, err := parse(data)
	if err != nil || root == nil || root.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key := root.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch key.Value {
		case "organization", "prevention", "payloads":
			return true
		case "extends": // of other tools' settings too
			if strings.HasPrefix(root.Content[i+1].Value, "builtin:") {
				return true
			}
		}
	}
	return false
}
