package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// definite and indefinite encode a constructed element around its parts.
func definite(tag byte, parts ...[]byte) []byte {
	raw := asn1.RawValue{Class: int(tag >> 6), Tag: int(tag & numberMask), IsCompound: true, Bytes: bytes.Join(parts, nil)}
	return must(asn1.Marshal(raw))
}

func indefinite(tag byte, parts ...[]byte) []byte {
	return slices.Concat([]byte{tag, 0x80}, bytes.Join(parts, nil), []byte{0, 0})
}

func octets(s string) []byte { return must(asn1.Marshal([]byte(s))) }

func oid(contents string) []byte { return append([]byte{tagOID, byte(len(contents))}, contents...) }

// signedData wraps an EncapsulatedContentInfo in SignedData that nobody signed.
func signedData(with func(byte, ...[]byte) []byte, encapsulated []byte) []byte {
	return with(0x30, oid(oidSignedData), with(0xa0, with(0x30, []byte{2, 1, 1}, definite(0x31), encapsulated, definite(0x31))))
}

func TestContent(t *testing.T) {
	chunked := indefinite(0x24, octets("a"), octets(""), octets("bc"))
	long := []byte{4, 0x84, 0, 0, 0, 3, 'a', 'b', 'c'}
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"one string":         {octets("abc"), "abc"},
		"empty":              {octets(""), ""},
		"long form length":   {long, "abc"},
		"chunks":             {chunked, "abc"},
		"definite chunks":    {definite(0x24, octets("a"), octets("bc")), "abc"},
		"chunks in chunks":   {indefinite(0x24, octets("x"), chunked, octets("y")), "xabcy"},
		"no chunk":           {indefinite(0x24), ""},
		"zeros stay content": {indefinite(0x24, octets("\x00\x00"), octets("\x00\x00")), "\x00\x00\x00\x00"},
	} {
		for form, with := range map[string]func(byte, ...[]byte) []byte{"definite": definite, "indefinite": indefinite} {
			input := signedData(with, with(0x30, oid(oidData), with(0xa0, test.content)))
			if !IsSigned(input) {
				t.Errorf("%s, %s: IsSigned says no", name, form)
			}
			got, err := Content(input)
			if err != nil || string(got) != test.want {
				t.Errorf("%s, %s: got %q, %v", name, form, got, err)
			}
		}
	}
}

func TestContentIsACopy(t *testing.T) {
	input := signedData(definite, definite(0x30, oid(oidData), definite(0xa0, octets("abc"))))
	got := must(Content(input))
	clear(input)
	if string(got) != "abc" {
		t.Errorf("content became %q", got)
	}
}

func TestContentRefuses(t *testing.T) {
	encapsulated := func(parts ...[]byte) []byte { return signedData(definite, definite(0x30, parts...)) }
	good := encapsulated(oid(oidData), definite(0xa0, octets("profile")))
	integer := []byte{2, 1, 1}
	for name, test := range map[string]struct {
		input []byte
		want  string
	}{
		"chunks of another type":      {encapsulated(oid(oidData), definite(0xa0, definite(0x24, octets("profile"), integer))), "not an OCTET STRING"},
		"two strings":                 {encapsulated(oid(oidData), definite(0xa0, octets("profile"), octets("EVIL"))), "2 elements, want one OCTET STRING"},
		"no string":                   {encapsulated(oid(oidData), definite(0xa0)), "0 elements"},
		"a UTF-8 string":              {encapsulated(oid(oidData), definite(0xa0, []byte{12, 1, 'a'})), "not an OCTET STRING"},
		"nested SignedData":           {encapsulated(oid(oidSignedData), definite(0xa0, octets("profile"))), "not of type data"},
		"detached":                    {encapsulated(oid(oidData)), "detached"},
		"content with another tag":    {encapsulated(oid(oidData), definite(0xa1, octets("profile"))), "EncapsulatedContentInfo is malformed"},
		"content twice":               {encapsulated(oid(oidData), definite(0xa0, octets("a")), definite(0xa0, octets("b"))), "EncapsulatedContentInfo is malformed"},
		"empty EncapsulatedContent":   {encapsulated(), "EncapsulatedContentInfo is malformed"},
		"bytes behind the end":        {append(bytes.Clone(good), 0), "bytes follow the end"},
		"cut off":                     {good[:len(good)-1], "runs past the end"},
		"no content in ContentInfo":   {definite(0x30, oid(oidSignedData)), "ContentInfo is malformed"},
		"more in ContentInfo":         {definite(0x30, oid(oidSignedData), definite(0xa0), integer), "ContentInfo is malformed"},
		"null instead of SignedData":  {definite(0x30, oid(oidSignedData), definite(0xa0, []byte{5, 0})), "does not hold one SignedData"},
		"SignedData twice":            {definite(0x30, oid(oidSignedData), definite(0xa0, definite(0x30), definite(0x30))), "does not hold one SignedData"},
		"SignedData without parts":    {definite(0x30, oid(oidSignedData), definite(0xa0, definite(0x30, integer))), "SignedData is malformed"},
		"primitive ContentInfo [0]":   {definite(0x30, oid(oidSignedData), []byte{0x80, 0}), "ContentInfo is malformed"},
		"parts in the wrong order":    {definite(0x30, oid(oidSignedData), definite(0xa0, definite(0x30, definite(0x31), integer, definite(0x30)))), "SignedData is malformed"},
		"length that cannot be right": {append([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}, oid(oidSignedData)...), "runs past the end"},
	} {
		got, err := Content(test.input)
		if err == nil || !strings.Contains(err.Error(), test.want) || got != nil {
			t.Errorf("%s: got %q and error %v, want one with %q", name, got, err, test.want)
		}
	}
}

func TestNotSigned(t *testing.T) {
	for _, input := range []string{
		"", "0", "\x30", "\x30\x80", "\x30\x85\x00", "<?xml version=\"1.0\"?>", "bplist00",
		string(definite(0x30, oid(oidData), definite(0xa0, octets("x")))),
		"-----BEGIN PKCS7-----",
	} {
		if IsSigned([]byte(input)) {
			t.Errorf("IsSigned(%q) says yes", input)
		}
		if _, err := Content([]byte(input)); !errors.Is(err, ErrNotSigned) {
			t.Errorf("Content(%q): error is %v", input, err)
		}
	}
}

func TestContentOfRealProfiles(t *testing.T) {
	folder := os.Getenv("SYNCGUARD_DATA")
	if folder == "" {
		t.Skip("SYNCGUARD_DATA is not set")
	}
	signed := 0
	err := filepath.WalkDir(filepath.Join(folder, "corpus"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".mobileconfig" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !IsSigned(data) {
			return err
		}
		signed++
		content, err := Content(data)
		if err != nil || !bytes.Contains(content, []byte("<plist")) {
			t.Errorf("%s: got %.40q, %v", entry.Name(), content, err)
		}
		return nil
	})
	if err != nil || signed == 0 {
		t.Errorf("read %d signed profiles: %v", signed, err)
	}
}

// FuzzContentNeverPanics also holds Content to its bounds: never more than went in, and nothing without IsSigned.
func FuzzContentNeverPanics(f *testing.F) {
	f.Add([]byte("\x30\x80"))
	f.Add(signedData(definite, definite(0x30, oid(oidData), definite(0xa0, octets("profile")))))
	f.Add(signedData(indefinite, indefinite(0x30, oid(oidData), indefinite(0xa0, indefinite(0x24, octets("a"), octets("b"))))))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		content, err := Content(b)
		if !bytes.Equal(b, before) {
			t.Fatal("the input changed")
		}
		if len(content) > len(b) || (err != nil && content != nil) {
			t.Fatalf("%d bytes of content and error %v from %d bytes", len(content), err, len(b))
		}
		if !IsSigned(b) && !errors.Is(err, ErrNotSigned) {
			t.Fatalf("error is %v", err)
		}
		if err == nil && Scan(b) != nil {
			t.Fatalf("Content accepts what Scan refuses: %v", Scan(b))
		}
	})
}

// TestOnlyThisPackageImportsTheLibrary keeps its faults behind our checks, and the version with the known crashes out.
func TestOnlyThisPackageImportsTheLibrary(t *testing.T) {
	const library = "go.mozilla.org/pkcs7"
	root := filepath.Join("..", "..")
	users := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != root && (name == "testdata" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if imported, _ := strconv.Unquote(spec.Path.Value); imported == library {
				users[filepath.ToSlash(filepath.Dir(path))] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(users) != 1 || !users["../../internal/cms"] {
		t.Errorf("%s is imported in %v, want internal/cms only", library, users)
	}
	if got := requiredMinor(t, filepath.Join(root, "go.mod"), library); got < 10 {
		t.Errorf("go.mod asks for %s v0.%d, want v0.10.0 or later", library, got)
	}
}

// requiredMinor returns the minor version, of major version 0, that go.mod asks for.
func requiredMinor(t *testing.T, path, module string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) < 2 || fields[0] != module {
			continue
		}
		parts := strings.Split(fields[1], ".")
		if len(parts) < 3 || parts[0] != "v0" {
			t.Fatalf("version is %q, want v0.x.y", fields[1])
		}
		minor, err := strconv.Atoi(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		return minor
	}
	t.Fatalf("go.mod does not require %s", module)
	return 0
}
