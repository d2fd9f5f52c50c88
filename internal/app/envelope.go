package app

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/identity"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
)

// Keys of a profile's top level for its payloads, plain or encrypted.
const (
	keyContent          = "PayloadContent"
	keyEncryptedContent = "EncryptedPayloadContent"
	keyIsEncrypted      = "IsEncrypted"
)

// InOut is a file to read, - for stdin, and a file to write. With an empty Out the result is returned instead.
type InOut struct{ Path, Out string }

// check refuses to write over the input.
func (o *InOut) check(h *Host) error {
	if o.Path != "-" && o.Out != "" && h.isSameFile(o.Path, o.Out) {
		return diag.Usage("give another file with -o", "-o %s is the input file", o.Out)
	}
	return nil
}

// write writes a result to o.Out, or returns it without one.
func (o *InOut) write(h *Host, data []byte, mode fs.FileMode) ([]byte, error) {
	if o.Out == "" {
		return data, nil
	}
	if info, err := h.Files.Stat(o.Out); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", o.Out)
	}
	return nil, files.WriteOne(h.Files, o.Out, data, mode, h.Now())
}

// ExtractOptions are a signed profile and its output.
type ExtractOptions struct {
	InOut
	Unverified bool // extract even if the signature does not verify
}

// Extract removes the signature of a profile and returns the signed content, byte for byte.
func Extract(h *Host, o ExtractOptions) ([]byte, error) {
	if err := o.check(h); err != nil {
		return nil, err
	}
	in := inputOf(o.Path)
	data, err := in.read(h)
	if err != nil {
		return nil, err
	}
	verdict := cms.Verify(data, cms.VerifyOptions{At: h.Now()})
	content := verdict.Content
	if !verdict.Integrity.OK {
		broken := brokenSignature(in.path, verdict)
		if doc, _ := document.Open(diag.NewFile(in.path, data)); doc.Defect != nil {
			if broken = diag.DefectError(in.path, doc.Defect); !o.Unverified || doc.Message == nil {
				return nil, broken
			}
			data = doc.Message
		}
		if content, err = cms.Content(data); err != nil {
			if verdict.Integrity.Reason == cms.NotSigned {
				broken = diag.WithHint(broken, "there is no signature to remove: the content is the file itself")
			}
			return nil, broken
		}
		if !o.Unverified {
			return nil, diag.WithHint(broken, "--unverified extracts the content anyway")
		}
		h.warn(broken.Error(), "")
	}
	mode := fs.FileMode(0o644)
	if info, err := h.Files.Stat(o.Path); err == nil && o.Path != "-" && info.Mode().IsRegular() {
		mode = info.Mode().Perm() // so that nobody gets access by extracting
	}
	return o.write(h, content, mode)
}

func brokenSignature(name string, v *cms.Verdict) error {
	return fmt.Errorf("%s: %s [%s]", name, v.Integrity.Detail, v.Integrity.Reason)
}

// EncryptOptions are a profile to encrypt and its recipients.
type EncryptOptions struct {
	InOut
	Recipients []string // files with the devices' certificates
	Cipher     string   // one of Ciphers
}

// Ciphers lists the ciphers, the usual one first.
func Ciphers() []string { return []string{"aes128", "aes192", "aes256"} }

// Encrypt encrypts the payloads of a profile for its recipients. The top level stays readable.
func Encrypt(h *Host, o EncryptOptions) ([]byte, error) {
	if len(o.Recipients) == 0 {
		if err := h.notADocument(o.Path); err != nil {
			return nil, err
		}
		return nil, diag.Usage("give the device's certificate with --recipient FILE", "missing --recipient")
	}
	if err := o.check(h); err != nil {
		return nil, err
	}
	recipients, err := h.readRecipients(o.Recipients)
	if err != nil {
		return nil, err
	}
	result, err := o.rewrite(h, 0o644, func(name string, doc *document.Document) error {
		if doc.Signed {
			return diag.WithHint(fmt.Errorf("%s: is signed, and encrypting would break the signature", name),
				"remove the signature with syncguard extract, encrypt, then sign again")
		}
		return withName(name, encryptPayloads(doc.Root, recipients, cms.Cipher(slices.Index(Ciphers(), o.Cipher))))
	})
	if err == nil {
		h.hint("sign the result: without a signature anybody can change it")
	}
	return result, err
}

// rewrite reads a profile, changes it and writes it. It refuses a profile with errors, since the parser may have lost a part.
func (o *InOut) rewrite(h *Host, mode fs.FileMode, change func(name string, doc *document.Document) error) ([]byte, error) {
	in := inputOf(o.Path)
	data, err := in.read(h)
	if err != nil {
		return nil, err
	}
	doc, err := openProfile(in.path, data)
	if err != nil {
		return nil, err
	}
	if err := change(in.path, doc); err != nil {
		return nil, err
	}
	result, err := plist.Write(doc.Root)
	if err != nil {
		return nil, withName(in.path, err)
	}
	return o.write(h, result, mode)
}

// withName prefixes an error with the name of its file. It returns nil for nil.
func withName(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

// readRecipients reads a device's certificate from each file and ignores the chain around it.
func (h *Host) readRecipients(paths []string) ([]*x509.Certificate, error) {
	var recipients []*x509.Certificate
	for _, path := range paths {
		data, err := h.readFile(path)
		if err != nil {
			return nil, err
		}
		if err := notAnIdentity(path, data, "a certificate"); err != nil {
			return nil, err
		}
		id, err := identity.FromCertificates(identity.Files{Cert: identity.File{Name: path, Data: data}})
		if err != nil {
			return nil, explainIdentity(err)
		}
		cert := id.Leaf()
		if now := h.Now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
			h.warn(fmt.Sprintf("%s: the certificate is valid only from %s to %s", path,
				cert.NotBefore.UTC().Format(time.DateOnly), cert.NotAfter.UTC().Format(time.DateOnly)), "")
		}
		recipients = append(recipients, cert)
	}
	return recipients, nil
}

// notADocument returns an error for the first file given that is no profile and no declaration, or nil. It comes before the error
// for a missing flag, which would not help with that file.
func (h *Host) notADocument(paths ...string) error {
	for _, path := range paths {
		if path == "-" {
			continue
		}
		data, err := inputOf(path).read(h)
		if err != nil {
			return err
		}
		if doc, _ := document.Open(diag.NewFile(path, data)); doc.Defect != nil {
			return diag.DefectError(path, doc.Defect)
		}
	}
	return nil
}

// openProfile opens a profile and refuses one with errors.
func openProfile(name string, data []byte) (*document.Document, error) {
	doc, found := document.Open(diag.NewFile(name, data))
	i := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
	switch {
	case doc.Defect != nil:
		return nil, diag.DefectError(name, doc.Defect)
	case i >= 0:
		return nil, diag.WithHint(fmt.Errorf("%s: %s", name, found[i].Message), "syncguard validate shows where")
	case doc.Kind() == document.Declaration:
		return nil, diag.WithHint(fmt.Errorf("%s is a declaration, want a profile", name), "only profiles can be encrypted")
	case doc.Root.String("PayloadType") != "Configuration":
		return nil, fmt.Errorf("%s: not a profile: its PayloadType is not \"Configuration\"", name)
	}
	return doc, nil
}

func encryptPayloads(root *plist.Value, recipients []*x509.Certificate, cipher cms.Cipher) error {
	content := root.Get(keyContent)
	switch {
	case root.Get(keyEncryptedContent) != nil:
		return errors.New("its payloads are already encrypted")
	case content == nil || content.Kind != plist.Array || len(content.Items) == 0:
		return errors.New("has no payload to encrypt")
	}
	if found := lint.SignedVariables(content); len(found) > 0 {
		return diag.WithHint(fmt.Errorf("%s%s holds a variable of an MDM server, which cannot replace it once encrypted", keyContent, found[0].Path),
			"write the value itself, in one profile for each device")
	}
	payloads, err := plist.Write(content)
	if err != nil {
		return err
	}
	envelope, err := cms.Encrypt(payloads, recipients, cipher)
	if err != nil {
		return err
	}
	removeKeys(root, keyContent, keyIsEncrypted)
	root.Set(keyEncryptedContent, plist.NewData(envelope))
	root.Set(keyIsEncrypted, plist.NewBoolean(true)) // older releases require it, newer ones no longer list it
	return nil
}

func removeKeys(v *plist.Value, keys ...string) {
	v.Fields = slices.DeleteFunc(v.Fields, func(f plist.Field) bool { return slices.Contains(keys, f.Key) })
}

// DecryptOptions are a profile to decrypt and the recipient's key.
type DecryptOptions struct {
	InOut
	Recipient IdentityOptions
}

// Decrypt decrypts the payloads of a profile and removes its signature, if intact. Only the owner can read the file written.
func Decrypt(ctx context.Context, h *Host, o DecryptOptions) ([]byte, error) {
	if o.Recipient.Cert == "" && o.Recipient.P12 == "" {
		if err := h.notADocument(o.Path); err != nil {
			return nil, err
		}
		return nil, diag.Usage("give --cert and --key, or --p12", "missing key to decrypt with")
	}
	if err := o.check(h); err != nil {
		return nil, err
	}
	if err := o.Recipient.check(); err != nil {
		return nil, err
	}
	recipient, keyName, err := o.Recipient.read(ctx, h)
	if err != nil {
		return nil, err
	}
	key, ok := recipient.Signer.(crypto.Decrypter)
	if !ok {
		return nil, fmt.Errorf("%s: not an RSA key: profiles are encrypted for RSA keys only", keyName)
	}
	return o.rewrite(h, 0o600, func(name string, doc *document.Document) error {
		if doc.Signed {
			if verdict := cms.Verify(doc.Message, cms.VerifyOptions{At: h.Now()}); !verdict.Integrity.OK {
				return diag.WithHint(brokenSignature(name, verdict), "syncguard extract --unverified extracts the content anyway")
			}
		}
		return withName(name, decryptPayloads(doc.Root, key, recipient.Leaf()))
	})
}

func decryptPayloads(root *plist.Value, key crypto.Decrypter, recipient *x509.Certificate) error {
	encrypted := root.Get(keyEncryptedContent)
	if encrypted == nil || encrypted.Kind != plist.Data {
		return errors.New("its payloads are not encrypted: EncryptedPayloadContent is missing")
	}
	payloads, err := cms.Decrypt(encrypted.Data, key, recipient)
	if err != nil {
		return err
	}
	doc, found := plist.Read(diag.NewFile(keyContent, payloads))
	if doc == nil || doc.Root == nil || doc.Root.Kind != plist.Array || diag.HasErrors(found) {
		return cms.ErrDecrypt // a wrong key can look like this too
	}
	removeKeys(root, keyEncryptedContent, keyIsEncrypted)
	root.Set(keyContent, doc.Root)
	return nil
}
