package identity

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSignerProcess is the program that the other tests run: it signs stdin with the key in a file, in a certain manner.
func TestSignerProcess(t *testing.T) {
	manner := os.Getenv("SIGNER_MANNER")
	if manner == "" {
		t.Skip("only as a process of its own")
	}
	os.Exit(signerProcess(manner))
}

func signerProcess(manner string) int {
	digest, err := io.ReadAll(os.Stdin)
	if err != nil || len(digest) != 32 {
		fmt.Fprintf(os.Stderr, "want 32 bytes, got %d, %v", len(digest), err)
		return 9
	}
	key := must(ReadKey(File{Data: must(os.ReadFile(os.Getenv("SIGNER_KEY")))}, nil))
	signature := must(key.Sign(rand.Reader, digest, crypto.SHA256))
	switch manner {
	case "bytes":
		os.Stdout.Write(signature)
	case "base64":
		fmt.Println(base64.StdEncoding.EncodeToString(signature))
	case "folded base64":
		text := base64.StdEncoding.EncodeToString(signature)
		fmt.Printf("%s\r\n%s\n", text[:20], text[20:])
	case "base64url":
		fmt.Print(base64.RawURLEncoding.EncodeToString(signature))
	case "two numbers":
		var pair struct{ R, S *big.Int }
		must(asn1.Unmarshal(signature, &pair))
		os.Stdout.Write(pair.R.FillBytes(make([]byte, 32)))
		os.Stdout.Write(pair.S.FillBytes(make([]byte, 32)))
	case "other digest":
		os.Stdout.Write(must(key.Sign(rand.Reader, make([]byte, 32), crypto.SHA256)))
	case "complains":
		count := must(os.OpenFile(os.Getenv("SIGNER_COUNT"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))
		fmt.Fprint(count, "x")
		fmt.Fprintln(os.Stderr, strings.Repeat("x", 5000)+"\nthe card is \x1b[31mlocked")
		return 7
	case "silent":
	case "flood":
		for range 100 {
			os.Stdout.Write(make([]byte, 4096))
		}
	case "sleeps":
		time.Sleep(time.Minute)
	}
	return 0
}

func runSigner(t *testing.T, ctx context.Context, manner string, key crypto.Signer, timeout time.Duration) (*Identity, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), keyPEM(key), 0o600); err != nil {
		t.Fatal(err)
	}
	chain := testChain(t, key)
	count := filepath.Join(dir, "count")
	id, err := FromCommand(ctx, Files{Cert: File{Data: certsPEM(chain[0])}, Chain: chainFiles([][]byte{certsPEM(chain[1])})}, Command{
		Args:    []string{os.Args[0], "-test.run=^TestSignerProcess$"},
		Environ: append(os.Environ(), "SIGNER_MANNER="+manner, "SIGNER_KEY="+filepath.Join(dir, "key.pem"), "SIGNER_COUNT="+count),
		Timeout: timeout,
		Quote:   func(words string) string { return words[max(0, len(words)-30):] },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(id.Chain) != 2 || id.Name() != "Test Leaf" {
		t.Errorf("the identity is %v with a chain of %d", id, len(id.Chain))
	}
	return id, count
}

func TestSignerCommand(t *testing.T) {
	digest := sha256.Sum256([]byte("profile"))
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(), "P-256": ecKey()} {
		for _, manner := range []string{"bytes", "base64", "folded base64", "base64url", "two numbers"} {
			if _, isEC := key.(*ecdsa.PrivateKey); !isEC && manner == "two numbers" {
				continue
			}
			t.Run(name+" "+manner, func(t *testing.T) {
				id, _ := runSigner(t, t.Context(), manner, key, 0)
				signature, err := id.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
				if err != nil {
					t.Fatal(err)
				}
				if got, ok := decodeSignature(signature, key.Public(), digest[:], crypto.SHA256); !ok || !bytes.Equal(got, signature) {
					t.Errorf("got %x", signature)
				}
			})
		}
	}
}

func TestSignerCommandFailures(t *testing.T) {
	digest := sha256.Sum256([]byte("profile"))
	for _, test := range []struct {
		manner  string
		timeout time.Duration
		want    string
	}{
		{"other digest", 0, "is not a valid signature for the certificate \"Test Leaf\""},
		{"complains", 0, "failed with exit status 7: "},
		{"complains", 0, "the card is \x1b[31mlocked"}, // the end, as Quote leaves it
		{"silent", 0, "printed no signature"},
		{"flood", 0, "printed more than 65536 bytes"},
		{"sleeps", 300 * time.Millisecond, "took longer than 300ms"},
	} {
		t.Run(test.manner, func(t *testing.T) {
			id, _ := runSigner(t, t.Context(), test.manner, ecKey(), test.timeout)
			signature, err := id.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
			if err == nil || !strings.Contains(err.Error(), test.want) || signature != nil {
				t.Errorf("got %d bytes and %v, want %q", len(signature), err, test.want)
			}
			if err != nil && len(err.Error()) > 2000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// A wrong PIN is tried once, however many profiles there are.
func TestSignerCommandIsNotTriedAgain(t *testing.T) {
	id, count := runSigner(t, t.Context(), "complains", ecKey(), 0)
	for range 3 {
		if _, err := id.Signer.Sign(rand.Reader, make([]byte, 32), crypto.SHA256); err == nil {
			t.Error("no error")
		}
	}
	if tries, err := os.ReadFile(count); err != nil || len(tries) != 1 {
		t.Errorf("it was run %d times, %v", len(tries), err)
	}
}

func TestSignerCommandStopsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	id, _ := runSigner(t, ctx, "sleeps", ecKey(), 0)
	time.AfterFunc(100*time.Millisecond, stop)
	if _, err := id.Signer.Sign(rand.Reader, make([]byte, 32), crypto.SHA256); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestSignerCommandThatIsNotThere(t *testing.T) {
	chain := testChain(t, ecKey())
	for program, want := range map[string]string{"no-such-signer": `the signer command "no-such-signer" is not on PATH`, t.TempDir(): "running the signer command"} {
		id, err := FromCommand(t.Context(), Files{Cert: File{Data: certsPEM(chain[0])}}, Command{Args: []string{program}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := id.Signer.Sign(rand.Reader, make([]byte, 32), crypto.SHA256); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestFromCertificates(t *testing.T) {
	chain := testChain(t, ecKey())
	for name, files := range map[string][][]byte{
		"one file, leaf last": {certsPEM(chain[2], chain[1], chain[0])},
		"a file each":         {certsPEM(chain[0]), certsPEM(chain[1]), certsPEM(chain[2])},
		"twice the same":      {certsPEM(chain[0], chain[0], chain[1]), certsPEM(chain[2])},
	} {
		id, err := FromCertificates(Files{Cert: File{Data: files[0]}, Chain: chainFiles(files[1:])})
		if err != nil || len(id.Chain) != 3 || id.Signer != nil || id.Name() != "Test Leaf" {
			t.Errorf("%s: got %v, %v", name, id, err)
		}
	}
	for want, file := range map[string][]byte{
		"cert.pem: holds no certificate, but a private key": keyPEM(ecKey()),
		"holds 2 possible signer certificates":              certsPEM(chain[0], testChain(t, rsaKey())[0]),
		"cert.pem: unknown file format":                     []byte("x"),
	} {
		if _, err := FromCertificates(Files{Cert: File{"cert.pem", file}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestCommandGetsNoSecrets(t *testing.T) {
	c := Command{Environ: []string{"PATH=/bin", "TOKEN=canary", "AWS_PROFILE=x=y"}, IsSecret: func(name string) bool { return name == "TOKEN" }}
	if got := strings.Join(c.environ(), " "); got != "PATH=/bin AWS_PROFILE=x=y" {
		t.Errorf("got %s", got)
	}
}
