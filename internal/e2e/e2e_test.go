//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// syncguard runs the built binary in a folder, with a configuration folder of its own.
type syncguard struct {
	t      *testing.T
	dir    string // where it runs
	config string
	user   *syscall.Credential

	binary  string   // other than the one that every test runs
	environ []string // beside HOME and PATH
}

func newSyncguard(t *testing.T) *syncguard {
	t.Helper()
	return &syncguard{t: t, dir: t.TempDir(), config: t.TempDir()}
}

// run returns stdout, stderr and the exit code.
func (s *syncguard) run(args ...string) (stdout, stderr string, code int) {
	s.t.Helper()
	binary := s.binary
	if binary == "" {
		binary = os.Getenv("SYNCGUARD_BINARY")
	}
	if binary == "" {
		s.t.Fatal("SYNCGUARD_BINARY does not name the binary to test; run make e2e")
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"HOME=" + s.config, "XDG_CONFIG_HOME=" + s.config, "PATH=" + os.Getenv("PATH")}
	cmd.Env = append(cmd.Env, s.environ...)
	if s.user != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.user}
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			s.t.Fatal(err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// build runs build and wants it to succeed.
func (s *syncguard) build(args ...string) {
	s.t.Helper()
	if _, stderr, code := s.run(append([]string{"build"}, args...)...); code != 0 {
		s.t.Fatalf("build %v: exit code %d: %s", args, code, stderr)
	}
}

// profilesIn returns the profiles of a folder by name. Beside them there are only declarations.
func profilesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if !strings.HasSuffix(e.Name(), ".mobileconfig") {
			t.Errorf("%s is no profile", e.Name())
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = data
	}
	if len(all) == 0 {
		t.Fatalf("no profile in %s", dir)
	}
	return all
}

// The prevention profiles, read by four programs that are not ours.
func TestPreventionProfiles(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "signed")
	s.build("-o", "plain", "--unsigned")
	signed, plain := profilesIn(t, filepath.Join(s.dir, "signed")), profilesIn(t, filepath.Join(s.dir, "plain"))
	if len(signed) != len(plain) {
		t.Fatalf("%d signed profiles, %d unsigned ones", len(signed), len(plain))
	}
	dtd, err := filepath.Abs("testdata/PropertyList-1.0.dtd")
	if err != nil {
		t.Fatal(err)
	}
	for name, xml := range plain {
		t.Run(name, func(t *testing.T) {
			t.Run("openssl gives back what was signed", func(t *testing.T) {
				content := Tool(t, signed[name], "openssl", "cms", "-verify", "-inform", "DER", "-noverify", "-binary")
				if !bytes.Equal(content, xml) {
					t.Error("the signed content differs from the unsigned profile")
				}
			})
			t.Run("xmllint finds it valid", func(t *testing.T) {
				Tool(t, xml, "xmllint", "--nonet", "--noout", "--dtdvalid", dtd, "-")
			})
			t.Run("plistlib reads it", func(t *testing.T) {
				out := Tool(t, xml, "python3", "-c", `
import json, plistlib, sys
p = plistlib.loads(sys.stdin.buffer.read())
json.dump([p["PayloadType"], p["PayloadVersion"], len(p["PayloadContent"]), p["PayloadScope"]], sys.stdout)`)
				var got []any
				if err := json.Unmarshal(out, &got); err != nil {
					t.Fatal(err)
				}
				if want := []any{"Configuration", 1.0, got[2], "System"}; !slices.Equal(got, want) || got[2] == 0.0 {
					t.Errorf("plistlib read %v", got)
				}
			})
			t.Run("plistutil round trip", func(t *testing.T) {
				binary := Tool(t, xml, "plistutil", "-i", "-", "-f", "bin")
				again := Tool(t, binary, "plistutil", "-i", "-", "-f", "json")
				direct := Tool(t, xml, "plistutil", "-i", "-", "-f", "json")
				if !bytes.Equal(again, direct) {
					t.Error("plistutil reads the profile differently after a round trip")
				}
			})
		})
	}
}

// Same input, same bytes: twice, and in another folder, signed ones included.
func TestBuildIsReproducible(t *testing.T) {
	s := newSyncguard(t)
	s.build("-o", "first")
	s.build("-o", "second")
	first, second := profilesIn(t, filepath.Join(s.dir, "first")), profilesIn(t, filepath.Join(s.dir, "second"))
	config := s.config
	s = newSyncguard(t)
	s.config = config
	s.build("-o", "deeper/elsewhere")
	third := profilesIn(t, filepath.Join(s.dir, "deeper", "elsewhere"))
	for name, data := range first {
		if !bytes.Equal(data, second[name]) || !bytes.Equal(data, third[name]) {
			t.Errorf("%s differs from build to build", name)
		}
	}
}

// authority is a root, an intermediate and a leaf made by openssl.
type authority struct{ root, intermediate, leaf, key string }

func newAuthority(t *testing.T, algorithm ...string) authority {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) string {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path(name)
	}
	openssl := func(args ...string) { t.Helper(); Tool(t, nil, "openssl", args...) }
	ca := write("ca.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
	end := write("leaf.ext", "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n")
	for _, name := range []string{"root", "intermediate", "leaf"} {
		openssl(append(append([]string{"genpkey"}, algorithm...), "-out", path(name+".key"))...)
		openssl("req", "-new", "-key", path(name+".key"), "-subj", "/CN=Test "+name, "-out", path(name+".csr"))
	}
	sign := func(name, issuer, ext string) {
		args := []string{"x509", "-req", "-in", path(name + ".csr"), "-days", "30", "-extfile", ext, "-out", path(name + ".pem")}
		if issuer == "" {
			args = append(args, "-key", path(name+".key"))
		} else {
			args = append(args, "-CA", path(issuer+".pem"), "-CAkey", path(issuer+".key"), "-CAcreateserial")
		}
		openssl(args...)
	}
	sign("root", "", ca)
	sign("intermediate", "root", ca)
	sign("leaf", "intermediate", end)
	return authority{path("root.pem"), path("intermediate.pem"), path("leaf.pem"), path("leaf.key")}
}

// Every kind of identity signs, and openssl verifies the signer up to the root.
func TestIdentities(t *testing.T) {
	const secret = "correct horse"
	for name, algorithm := range map[string][]string{
		"RSA 2048": {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"},
		"P-256":    {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"},
		"P-384":    {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t, algorithm...)
			s := newSyncguard(t)
			passphrase := filepath.Join(s.dir, "passphrase")
			if err := os.WriteFile(passphrase, []byte(secret+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			path := func(name string) string { return filepath.Join(s.dir, name) }
			Tool(t, nil, "openssl", "pkcs8", "-topk8", "-in", a.key, "-passout", "pass:"+secret, "-out", path("encrypted.key"))
			p12 := []string{"pkcs12", "-export", "-in", a.leaf, "-inkey", a.key, "-certfile", a.intermediate, "-passout", "pass:" + secret}
			Tool(t, nil, "openssl", append(p12, "-out", path("modern.p12"))...)
			Tool(t, nil, "openssl", append(p12, "-legacy", "-out", path("legacy.p12"))...)

			for form, args := range map[string][]string{
				"PEM":             {"--cert", a.leaf, "--key", a.key, "--chain", a.intermediate},
				"encrypted PKCS8": {"--cert", a.leaf, "--key", "encrypted.key", "--chain", a.intermediate, "--passphrase-file", passphrase},
				"PKCS12":          {"--p12", "modern.p12", "--passphrase-file", passphrase},
				"legacy PKCS12":   {"--p12", "legacy.p12", "--passphrase-file", passphrase},
			} {
				t.Run(form, func(t *testing.T) {
					s.t = t
					s.build(append(args, "-o", "out", "--target", "iOS")...)
					for _, data := range profilesIn(t, filepath.Join(s.dir, "out")) {
						Tool(t, data, "openssl", "cms", "-verify", "-inform", "DER", "-binary", "-CAfile", a.root)
					}
				})
			}
		})
	}
}

// Each of these is one clear message, the right exit code, and no file.
func TestFailuresLeaveNothing(t *testing.T) {
	a := newAuthority(t, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
	s := newSyncguard(t)
	path := func(name string) string { return filepath.Join(s.dir, name) }
	Tool(t, nil, "openssl", "pkcs12", "-export", "-in", a.leaf, "-inkey", a.key, "-passout", "pass:right", "-out", path("corp.p12"))
	Tool(t, nil, "openssl", "req", "-new", "-key", a.key, "-subj", "/CN=Old", "-out", path("old.csr"))
	Tool(t, nil, "openssl", "x509", "-req", "-in", path("old.csr"), "-key", a.key, "-days", "-1", "-out", path("expired.pem"))
	for name, text := range map[string]string{"wrong": "wrong\n", "broken.key": "-----BEGIN PRIVATE KEY-----\nnot base64\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(path("readonly"), 0o555); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"missing template", []string{"gone.yaml"}, 3, "gone.yaml: no such file"},
		{"missing key", []string{"--cert", a.leaf, "--key", "gone.key"}, 3, "gone.key: no such file"},
		{"unreadable key", []string{"--cert", a.leaf, "--key", "broken.key"}, 3, "broken.key: "},
		{"wrong passphrase", []string{"--p12", "corp.p12", "--passphrase-file", "wrong"}, 3, "corp.p12: wrong passphrase"},
		{"expired certificate", []string{"--cert", "expired.pem", "--key", a.key}, 3, "expired"},
		{"key without certificate", []string{"--key", a.key}, 2, "--key needs --cert"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			stdout, stderr, code := s.run(append([]string{"build", "-o", "out"}, c.args...)...)
			if code != c.code || !strings.Contains(stderr, c.want) || stdout != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q; want %d and %q", code, stdout, stderr, c.code, c.want)
			}
			if n := strings.Count(stderr, "error:"); n != 1 {
				t.Errorf("%d errors, want one:\n%s", n, stderr)
			}
			if _, err := os.Stat(path("out")); err == nil {
				t.Error("the output folder is there")
			}
		})
	}
	t.Run("read-only folder", func(t *testing.T) {
		s.t = t
		if os.Getuid() == 0 { // nothing is read-only for root
			s.user = &syscall.Credential{Uid: 65534, Gid: 65534}
			for _, dir := range []string{s.dir, filepath.Dir(s.dir), s.config, filepath.Dir(s.config)} {
				if err := os.Chmod(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}
		_, stderr, code := s.run("build", "-o", "readonly", "--unsigned")
		if code != 3 || !strings.Contains(stderr, "permission denied") || strings.Count(stderr, "error:") != 1 {
			t.Errorf("exit code %d, stderr %q", code, stderr)
		}
		if entries, err := os.ReadDir(path("readonly")); err != nil || len(entries) > 0 {
			t.Errorf("the folder holds %v, %v", entries, err)
		}
	})
}
