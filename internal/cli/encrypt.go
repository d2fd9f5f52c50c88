package cli

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/identity"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
)

// The keys of the envelope that encryption is about.
const (
	keyContent          = "PayloadContent"
	keyEncryptedContent = "EncryptedPayloadContent"
	keyIsEncrypted      = "IsEncrypted"
)

type encryptOptions struct {
	path       string
	out        string
	recipients []string
	cipher     cipherFlag
}

func newEncryptCmd(env *Env) *cobra.Command {
	o := encryptOptions{cipher: cipherFlag(cms.AES128)}
	cmd := &cobra.Command{
		Use:   "encrypt FILE",
		Short: "Encrypt the payloads of a profile for the devices that may read them",
		Long: `Encrypt the payloads of a profile, so that only devices that hold the private key of a recipient can install it: a
device whose identity certificate was given as --recipient. The envelope (identifier, names, scope) stays readable. A
FILE of - is stdin; the result goes to stdout, or to a file with -o.

PayloadContent becomes EncryptedPayloadContent: the property list of its array, in CMS EnvelopedData. Recipients need RSA
keys. Encryption does not protect from changes: sign the result, which comes out unsigned.`,
		Example: `  syncguard encrypt wifi.mobileconfig --recipient device.pem -o wifi-encrypted.mobileconfig
  syncguard encrypt wifi.mobileconfig --recipient a.pem --recipient b.pem \
    --cipher aes256 -o out.mobileconfig`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			o.path = args[0]
			return runEncrypt(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.recipients, "recipient", nil, "certificate of a device, PEM or DER (repeatable)")
	flags.StringVarP(&o.out, "out", "o", "", "file to write; stdout without it")
	flags.Var(&o.cipher, "cipher", "aes128, which Apple names, aes192 or aes256")
	_ = cmd.MarkFlagFilename("recipient", "pem", "crt", "cer")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	_ = cmd.RegisterFlagCompletionFunc("cipher", cobra.FixedCompletions(cipherNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runEncrypt(env *Env, o encryptOptions) error {
	if len(o.recipients) == 0 {
		return usage("give the certificate of the device with --recipient", "nobody is named who may read the result")
	}
	if err := checkOutput(o.path, o.out); err != nil {
		return err
	}
	recipients, err := readRecipients(env, o.recipients)
	if err != nil {
		return err
	}
	in := inputOf(o.path)
	name := in.Path()
	data, err := in.Read(env.host())
	if err != nil {
		return err
	}
	doc, err := readProfile(name, data)
	if err != nil {
		return err
	}
	if doc.Signed {
		return withHint(fmt.Errorf("%s: is signed, and what is encrypted afterwards would break the signature", name),
			"syncguard extract takes the signature off; encrypt first, then sign")
	}
	root := doc.Root
	if err := encryptPayloads(root, recipients, cms.Cipher(o.cipher)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	result, err := plist.Write(root)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := writeOutput(env, o.out, result, 0o644); err != nil {
		return err
	}
	env.err().Hint("the result is unsigned, and nothing protects it from being changed: sign it")
	return nil
}

// readRecipients reads one certificate of each file, that of a device: its chain may stand around it.
func readRecipients(env *Env, paths []string) ([]*x509.Certificate, error) {
	var recipients []*x509.Certificate
	for _, path := range paths {
		data, err := readFile(path)
		if err != nil {
			return nil, err
		}
		id, err := identity.FromCertificates(identity.Files{Cert: identity.File{Name: path, Data: data}})
		if err != nil {
			return nil, explainIdentity(err)
		}
		cert := id.Leaf()
		if now := env.Now(); now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
			env.err().Warning(fmt.Sprintf("%s: the certificate is valid from %s to %s only", path,
				cert.NotBefore.UTC().Format(time.DateOnly), cert.NotAfter.UTC().Format(time.DateOnly)))
		}
		recipients = append(recipients, cert)
	}
	return recipients, nil
}

// readProfile opens a profile that has no errors: what is written again must be what was meant.
func readProfile(name string, data []byte) (*document.Document, error) {
	doc, found := document.Open(diag.NewFile(name, data))
	i := slices.IndexFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
	switch {
	case doc.Defect != nil:
		return nil, unfit(name, doc.Defect)
	case i >= 0:
		return nil, withHint(fmt.Errorf("%s: %s", name, found[i].Message), "syncguard validate shows everything that is wrong, and where")
	case doc.Kind() == document.Declaration:
		return nil, withHint(fmt.Errorf("%s: is a declaration, want a profile", name), "declarations are not encrypted: the MDM protocol carries them")
	}
	if kind := doc.Root.Get("PayloadType"); kind == nil || kind.Text != "Configuration" {
		return nil, fmt.Errorf("%s: is no profile: its PayloadType is not Configuration", name)
	}
	return doc, nil
}

func encryptPayloads(root *plist.Value, recipients []*x509.Certificate, cipher cms.Cipher) error {
	content := root.Get(keyContent)
	switch {
	case root.Get(keyEncryptedContent) != nil:
		return errors.New("its payloads are encrypted already")
	case content == nil || content.Kind != plist.Array || len(content.Items) == 0:
		return errors.New("there is no payload to encrypt")
	}
	if found := lint.SignedVariables(content); len(found) > 0 {
		return withHint(fmt.Errorf("%s%s holds a variable for an MDM server to replace, which it cannot see any more then", keyContent, found[0].Path),
			"write the value itself, one profile a device")
	}
	payloads, err := plist.Write(content)
	if err != nil {
		return err
	}
	envelope, err := cms.Encrypt(payloads, recipients, cipher)
	if err != nil {
		return err
	}
	remove(root, keyContent, keyIsEncrypted)
	root.Set(keyEncryptedContent, plist.NewData(envelope))
	root.Set(keyIsEncrypted, plist.NewBoolean(true)) // older releases want it, newer ones do not list it any more
	return nil
}

func remove(v *plist.Value, keys ...string) {
	v.Fields = slices.DeleteFunc(v.Fields, func(f plist.Field) bool { return slices.Contains(keys, f.Key) })
}

// cipherFlag is --cipher.
type cipherFlag cms.Cipher

func cipherNames() []string { return []string{"aes128", "aes192", "aes256"} }

func (f *cipherFlag) String() string { return cipherNames()[*f] }
func (f *cipherFlag) Type() string   { return "CIPHER" }
func (f *cipherFlag) Set(s string) error {
	i := slices.Index(cipherNames(), s)
	if i < 0 {
		return fmt.Errorf("want %s", strings.Join(cipherNames(), ", "))
	}
	*f = cipherFlag(i)
	return nil
}
