// Package document opens the files that people have: profiles in XML or binary form, signed or not, and declarations in
// JSON. What a file is, its content tells and never its name.
package document

import (
	"bytes"
	"encoding/pem"
	"slices"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// Kind is what a file is for a device.
type Kind string

// The kinds. The zero Kind is a file that could not be read.
const (
	Profile     Kind = "profile"
	Declaration Kind = "declaration"
)

// Format is how a file is written down.
type Format string

// The formats. The zero Format is a file that could not be read.
const (
	XML    Format = "xml"
	Binary Format = "binary"
	JSON   Format = "json"
)

// Document is a file that was opened.
type Document struct {
	// File is what spans point into: the input itself, the content of a signed one, or either of them in UTF-8 where it
	// was in another encoding. It has the name of the input.
	File    *diag.File
	Root    *plist.Value // nil when nothing can be used
	Format  Format
	Whole   bool   // Root holds all that the file says; else a key that is not there may stand where nothing could be read
	Signed  bool   // a CMS signature is around it, which was not verified
	Message []byte // the signed message, without the PEM around it where there was some
	// Placeholders are notes about values that OpenTemplate left for a later step.
	Placeholders []diag.Diagnostic

	plist *plist.Document // of XML and binary
}

// Kind tells a profile from a declaration: declarations are JSON, and profiles are property lists.
func (d *Document) Kind() Kind {
	switch d.Format {
	case JSON:
		return Declaration
	case XML, Binary:
		return Profile
	}
	return ""
}

// IsEncrypted says whether the payloads of a profile are encrypted for one device.
func (d *Document) IsEncrypted() bool { return d.Root.Get("EncryptedPayloadContent") != nil }

// Open reads a profile or a declaration from untrusted bytes. It reports every violation that it finds, in the order of
// diag.Sort. The Document is never nil; with an Error among the findings its tree may be incomplete or nil, as plist.Read
// says.
func Open(f *diag.File) (*Document, []diag.Diagnostic) { return openWith(f, plist.Read) }

// OpenTemplate is Open for a file that a later step may complete: in an unsigned profile placeholders may stand for values
// of any type, as plist.ReadTemplate says.
func OpenTemplate(f *diag.File) (*Document, []diag.Diagnostic) {
	return openWith(f, plist.ReadTemplate)
}

// reader reads a property list.
type reader func(*diag.File) (*plist.Document, []diag.Diagnostic)

func openWith(f *diag.File, read reader) (*Document, []diag.Diagnostic) {
	message, armored := unarmor(f.Data)
	switch {
	case armored:
		d, found := openSigned(f, message)
		return d, diag.Sort(append(found, finding(ruleSignatureInPEM, `the signed message is PEM text, want its bytes (DER)`,
			diag.Span{File: f}, "convert it with openssl pkcs7 -outform der")))
	case cms.IsSigned(f.Data):
		return openSigned(f, f.Data)
	case isJSON(f.Data):
		return openJSON(f)
	}
	return openPlist(f, read)
}

func openPlist(f *diag.File, read reader) (*Document, []diag.Diagnostic) {
	doc, found := read(f)
	if doc == nil {
		return &Document{File: f}, found
	}
	whole := doc.Root != nil && !doc.Incomplete && !slices.ContainsFunc(found, losesValues)
	format := XML
	if doc.Format == plist.Binary {
		format = Binary
	}
	return &Document{File: doc.File, Root: doc.Root, Format: format, Whole: whole, Placeholders: doc.Placeholders, plist: doc}, found
}

// losesValues says whether a violation can keep keys or values out of the tree.
func losesValues(d diag.Diagnostic) bool { return slices.Contains(losingRules(), d.Rule) }

func losingRules() []string {
	return []string{"key-outside-dictionary", "key-without-value", "malformed-markup", "markup-in-value", "mismatched-end-tag",
		"multiple-roots", "namespaced-element", "nested-plist", "text-between-elements", "too-many-findings", "truncated-file",
		"unknown-element", "unknown-entity", "value-without-key"}
}

// openSigned reads the content of a signed message as a property list. Another message inside is not opened: what a
// device would make of it, nobody knows.
func openSigned(f *diag.File, message []byte) (*Document, []diag.Diagnostic) {
	content, err := cms.Content(message)
	if err != nil {
		return &Document{File: f, Signed: true}, []diag.Diagnostic{
			finding(ruleDamagedSignature, "the signed message cannot be read: "+err.Error(), diag.Span{}, "")}
	}
	inner := diag.NewFile(f.Name, content)
	if _, armored := unarmor(content); armored || cms.IsSigned(content) {
		return &Document{File: inner, Signed: true}, []diag.Diagnostic{
			finding(ruleNestedSignature, "the signed content is another signed message, want a profile", diag.Span{},
				"sign the profile once")}
	}
	d, found := openPlist(inner, plist.Read)
	d.Signed, d.Message = true, message
	return d, found
}

// unarmor returns the message inside PEM text, and whether there is one.
func unarmor(data []byte) (message []byte, armored bool) {
	data = bytes.TrimLeft(data, " \t\r\n")
	if !bytes.HasPrefix(data, []byte("-----BEGIN ")) {
		return nil, false
	}
	block, _ := pem.Decode(data)
	if block == nil || !slices.Contains([]string{"PKCS7", "CMS", "PKCS #7 SIGNED DATA"}, block.Type) {
		return nil, false
	}
	return block.Bytes, true
}

// finding returns an error.
func finding(rule, message string, at diag.Span, help string) diag.Diagnostic {
	return diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help, Span: at}
}
