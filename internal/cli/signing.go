package cli

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"syncguard/internal/cms"
	"syncguard/internal/identity"
	"syncguard/internal/view"
)

// signingFlags say who signs, and how.
type signingFlags struct {
	identity identityFlags
	digest   digestFlag
	time     bool
}

func (f *signingFlags) addFlags(cmd *cobra.Command) {
	f.identity.addFlags(cmd)
	f.digest = "sha256"
	cmd.Flags().Var(&f.digest, "digest", "sha256, sha384 or sha512")
	_ = cmd.RegisterFlagCompletionFunc("digest", cobra.FixedCompletions(digests(), cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&f.time, "signing-time", false, "state the time of signing: SOURCE_DATE_EPOCH, or now")
}

// signer signs with an identity. Close it to log out of a security module.
type signer struct {
	*cms.ProfileSigner
	id     *identity.Identity
	digest string
	time   time.Time // that is stated; zero for none
}

func (s *signer) Close() {
	if s != nil {
		_ = s.id.Close()
	}
}

// load returns who signs. Warnings go to stderr.
func (f *signingFlags) load(ctx context.Context, env *Env) (*signer, error) {
	at, err := f.signingTime(env)
	if err != nil {
		return nil, err
	}
	id, name, err := f.identity.load(ctx, env)
	if err != nil {
		return nil, err
	}
	prepared, err := cms.NewProfileSigner(id.Signer, id.Chain, cms.SignOptions{Digest: f.digest.hash(), SigningTime: at})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), id.Close())
	}
	return &signer{prepared, id, string(f.digest), at}, nil
}

// signingTime is the time to state, zero for none.
func (f *signingFlags) signingTime(env *Env) (time.Time, error) {
	if !f.time {
		return time.Time{}, nil
	}
	epoch, ok := env.lookup("SOURCE_DATE_EPOCH")
	if !ok || epoch == "" {
		return env.Now(), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil || seconds <= 0 || seconds > 253402300799 { // the end of the year 9999
		return time.Time{}, withHint(fmt.Errorf("SOURCE_DATE_EPOCH is %q, want the seconds since 1970", epoch), "unset it, or leave --signing-time out")
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// report says who signed.
func (s *signer) report() *view.Signer {
	if s == nil {
		return nil
	}
	leaf := s.id.Leaf()
	return &view.Signer{Name: s.id.Name(), Development: s.id.Development, SHA256: hexSum(leaf.Raw),
		NotAfter: leaf.NotAfter.UTC().Format(time.RFC3339), Key: identity.KeyName(leaf.PublicKey)}
}

// explainSigning adds what to do about a signature that an external key did not make.
func explainSigning(err error) error {
	if errors.Is(err, identity.ErrNoSignature) {
		return withHint(err, "it gets the bare digest on stdin, and prints a PKCS #1 v1.5 signature (RSA) or an ECDSA one, "+
			"with the key of --cert: openssl pkeyutl -sign -inkey KEY -pkeyopt digest:sha256")
	}
	return err
}

// digestFlag is --digest.
type digestFlag string

func digests() []string { return []string{"sha256", "sha384", "sha512"} }

func (f *digestFlag) String() string { return string(*f) }
func (f *digestFlag) Type() string   { return "DIGEST" }
func (f *digestFlag) Set(s string) error {
	if (*digestFlag)(&s).hash() == 0 {
		return errors.New("want sha256, sha384 or sha512")
	}
	*f = digestFlag(s)
	return nil
}

func (f *digestFlag) hash() crypto.Hash {
	return map[digestFlag]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}[*f]
}

// developmentIdentity is made once and kept, because a device takes a new version of a hand-installed profile only from
// the very same identity.
func developmentIdentity(env *Env) (*identity.Identity, string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return nil, "", withHint(fmt.Errorf("finding a place for the development identity: %w", err),
			"give an identity with --cert and --key, or --p12")
	}
	dir := filepath.Join(config, "syncguard", "identity")
	id, created, err := identity.Development(dir, env.Now())
	name := filepath.Join(dir, "development.pem")
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	if created {
		env.err().Hint("made a development identity, kept in " + name +
			": a device takes a new version of a hand-installed profile only from the same identity, so keep a copy")
	}
	return id, name, nil
}
