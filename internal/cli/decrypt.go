package cli

import (
	"context"
	"crypto"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/identity"
	"syncguard/internal/plist"
)

type decryptOptions struct {
	path           string
	out            string
	cert, key, p12 string
	alias          string
	passphrase     passphraseFlags
}

func newDecryptCmd(env *Env) *cobra.Command {
	var o decryptOptions
	cmd := &cobra.Command{
		Use:   "decrypt FILE",
		Short: "Decrypt the payloads of a profile with the key of a recipient",
		Long: `Turn EncryptedPayloadContent back into PayloadContent, with the certificate of a recipient and its RSA key. A FILE of - is
stdin; the result goes to stdout, or to a file with -o that only its owner can read. A signed profile is opened where the
integrity of its signature holds.`,
		Example: `  syncguard decrypt wifi-encrypted.mobileconfig --cert device.pem --key device.key
  syncguard decrypt wifi-encrypted.mobileconfig --p12 device.p12 -o wifi.mobileconfig`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.path = args[0]
			return runDecrypt(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.cert, "cert", "", "certificate of the recipient, PEM or DER")
	flags.StringVar(&o.key, "key", "", "private key of --cert, PEM: PKCS#1 or PKCS#8 (encrypted, too)")
	flags.StringVar(&o.p12, "p12", "", "PKCS#12 file with the certificate and its key")
	flags.StringVar(&o.alias, "alias", "", "which of several keys: its name in the file, the common name or the fingerprint of its certificate")
	o.passphrase.addFlags(cmd, "the key or PKCS#12 file")
	flags.StringVarP(&o.out, "out", "o", "", "file to write; stdout without it")
	for _, name := range []string{"cert", "key"} {
		_ = cmd.MarkFlagFilename(name, "pem", "crt", "cer", "key")
	}
	_ = cmd.MarkFlagFilename("p12", "p12", "pfx")
	_ = cmd.MarkFlagFilename("out", "mobileconfig")
	return cmd
}

func runDecrypt(ctx context.Context, env *Env, o decryptOptions) error {
	if o.cert == "" && o.p12 == "" {
		return usage("give --cert and --key, or --p12", "no key is named to decrypt with")
	}
	if err := checkOutput(o.path, o.out); err != nil {
		return err
	}
	recipient, keyName, err := o.recipient(ctx, env)
	if err != nil {
		return err
	}
	key, ok := recipient.Signer.(crypto.Decrypter)
	if !ok {
		return fmt.Errorf("%s: the key is no RSA key, and profiles are encrypted for RSA keys only", keyName)
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
	if err := checkIntegrity(env, name, doc); err != nil {
		return err
	}
	root := doc.Root
	if err := decryptPayloads(root, key, recipient); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	result, err := plist.Write(root)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeOutput(env, o.out, result, 0o600)
}

// recipient reads the certificate and its key.
func (o *decryptOptions) recipient(ctx context.Context, env *Env) (*identity.Identity, string, error) {
	f := identityFlags{cert: o.cert, key: o.key, p12: o.p12, alias: o.alias, passphrase: o.passphrase}
	if err := f.check(); err != nil {
		return nil, "", err
	}
	return f.read(ctx, env)
}

// checkIntegrity refuses a signed profile that was changed after it was signed.
func checkIntegrity(env *Env, name string, doc *document.Document) error {
	if !doc.Signed {
		return nil
	}
	if verdict := cms.Verify(doc.Message, cms.VerifyOptions{At: env.Now()}); !verdict.Integrity.OK {
		return withHint(fmt.Errorf("%s: %s [%s]", name, verdict.Integrity.Detail, verdict.Integrity.Reason),
			"syncguard extract --unverified takes the content out all the same")
	}
	return nil
}

func decryptPayloads(root *plist.Value, key crypto.Decrypter, recipient *identity.Identity) error {
	encrypted := root.Get(keyEncryptedContent)
	if encrypted == nil || encrypted.Kind != plist.Data {
		return errors.New("its payloads are not encrypted: there is no EncryptedPayloadContent")
	}
	payloads, err := cms.Decrypt(encrypted.Data, key, recipient.Leaf())
	if err != nil {
		return err
	}
	doc, found := plist.Read(diag.NewFile(keyContent, payloads))
	if doc == nil || doc.Root == nil || doc.Root.Kind != plist.Array || diag.HasErrors(found) {
		return cms.ErrDecrypt // a wrong key can look like this, too
	}
	remove(root, keyEncryptedContent, keyIsEncrypted)
	root.Set(keyContent, doc.Root)
	return nil
}
