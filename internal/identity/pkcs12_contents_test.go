package identity

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// keysInside returns a file with its key bags inside encrypted contents of one iteration, each bag asking for so many.
func keysInside(t testing.TB, passphrase string, iterations ...int64) []byte {
	t.Helper()
	chain := testChain(t, ecKey())
	s := must(readPKCS12(must(pkcs12.Modern2023.WithIterations(4242).Encode(ecKey(), chain[0], chain[1:], passphrase))))
	var bags []safeBag
	for _, n := range iterations {
		bag := s.keys[0]
		changed, found := replaceInteger(t, bag.Value.Bytes, 4242, n, 0)
		if !found {
			t.Fatal("the key bag has no iterations")
		}
		bag.Value = explicit(changed)
		bags = append(bags, bag)
	}
	safe := must(asn1.Marshal([]contentInfo{encrypted(must(asn1.Marshal(bags)), passphrase)}))
	m := macWith(oidSHA256)(safe)
	m.Digest.Digest = must(m.computeMAC([]byte(passphrase), append(utf16Of(passphrase), 0, 0), safe))
	return must(asn1.Marshal(pfx{3, dataOf(safe), m}))
}

// A key bag inside encrypted contents asks for work nobody sees before the contents are decrypted.
func TestPKCS12BombsInsideFailAtOnce(t *testing.T) {
	many := make([]int64, 100)
	for i := range many {
		many[i] = maxIterations / 50
	}
	for _, passphrase := range []string{"", "secret"} {
		for name, test := range map[string]struct {
			iterations []int64
			want       string
		}{
			"one bag":    {[]int64{1<<31 - 1}, "key derivation asks for 2147483647 iterations, want 1 to 10000000"},
			"second bag": {[]int64{1, 1<<31 - 1}, "asks for 2147483647 iterations"},
			"none":       {[]int64{0}, "asks for 0 iterations"},
			"negative":   {[]int64{-1}, "asks for -1 iterations"},
			"beyond int": {[]int64{1<<63 - 1}, "asks for 9223372036854775807 iterations"},
			"many bags":  {many, "together ask for 10000004 iterations"}, // 3 of the MAC, 1 of the contents, 50 bags
		} {
			t.Run(fmt.Sprintf("%s %q", name, passphrase), func(t *testing.T) {
				file, start := keysInside(t, passphrase, test.iterations...), time.Now()
				_, err := fromPKCS12(file, nil, func() ([]byte, error) { return []byte(passphrase), nil })
				var problem *Problem
				if err == nil || !strings.Contains(err.Error(), test.want) || !errors.As(err, &problem) || !strings.Contains(problem.Help, "fewer iterations") {
					t.Errorf("error is %v, want one with %q and a hint", err, test.want)
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("took %v", took)
				}
			})
		}
	}
}

// A private key in the clear costs work too, by its size.
func TestPKCS12LargeKeyIsRefused(t *testing.T) {
	bag := safeBag{Type: objectID(oidKeyBag), Value: explicit(must(asn1.Marshal(make([]byte, maxKey))))}
	for _, passphrase := range []string{"", "secret"} {
		bags := must(asn1.Marshal([]safeBag{bag}))
		for name, content := range map[string]contentInfo{"clear": dataOf(bags), "inside": encrypted(bags, passphrase)} {
			safe := must(asn1.Marshal([]contentInfo{content}))
			m := macWith(oidSHA256)(safe)
			m.Digest.Digest = must(m.computeMAC([]byte(passphrase), append(utf16Of(passphrase), 0, 0), safe))
			_, err := fromPKCS12(must(asn1.Marshal(pfx{3, dataOf(safe), m})), nil, func() ([]byte, error) { return []byte(passphrase), nil })
			if err == nil || !strings.Contains(err.Error(), "private key has 16388 bytes, at most 16384 are allowed") {
				t.Errorf("%s, %q: %v", name, passphrase, err)
			}
		}
	}
}

// RFC 2268, section 5: the vectors whose key is as long as its effective length.
func TestRC2(t *testing.T) {
	for _, v := range []struct{ key, plain, ciphered string }{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		got := make([]byte, 8)
		newRC2(must(hex.DecodeString(v.key))).Decrypt(got, must(hex.DecodeString(v.ciphered)))
		if !bytes.Equal(got, must(hex.DecodeString(v.plain))) {
			t.Errorf("%s: got %x, want %s", v.key, got, v.plain)
		}
	}
}

func TestDamagedContentsAreRefused(t *testing.T) {
	file := keysInside(t, "secret", 1)
	s := must(readPKCS12(file))
	for name, change := range map[string]func([]byte) []byte{
		"padding":   func(b []byte) []byte { b[len(b)-1] ^= 0xff; return b },
		"cut off":   func(b []byte) []byte { return b[:len(b)-1] },
		"no octets": func([]byte) []byte { return nil },
	} {
		var data encryptedData
		if err := unmarshalDER(s.encrypted[0].Content.Bytes, &data); err != nil {
			t.Fatal(err)
		}
		data.Info.Content = asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: change(bytes.Clone(data.Info.Content.Bytes))}
		safe := must(asn1.Marshal([]contentInfo{{objectID(oidPKCS7Encrypted), explicit(must(asn1.Marshal(data)))}}))
		_, err := fromPKCS12(must(asn1.Marshal(pfx{3, dataOf(safe), macWith(oidSHA256)(safe)})), nil, func() ([]byte, error) { return []byte("secret"), nil })
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The parts of a file that nobody has to decrypt first are counted together, before anybody is asked for a passphrase: many below
// the bound, of each kind, are too many.
func TestPKCS12PartsAreBoundedTogether(t *testing.T) {
	salt, iv := []byte("salt"), make([]byte, 16)
	under := func(a pkix.AlgorithmIdentifier) contentInfo {
		data := must(asn1.Marshal(encryptedData{Info: encryptedInfo{objectID(oidPKCS7Data), a, asn1.RawValue{Class: asn1.ClassContextSpecific, Bytes: iv}}}))
		return contentInfo{objectID(oidPKCS7Encrypted), explicit(data)}
	}
	pbes2 := func(n int64) contentInfo {
		return under(algorithm(oidPBES2, pbes2Params{algorithm(oidPBKDF2, pbkdf2Plain{salt, n}), algorithm(oidAES256CBC, iv)}))
	}
	scrypt := func(n, r, p int64) contentInfo {
		return under(algorithm(oidPBES2, pbes2Params{algorithm(oidScrypt, scryptPlain{salt, n, r, p}), algorithm(oidAES256CBC, iv)}))
	}
	old := func(n int64) contentInfo { return under(algorithm(oidPBE3DES, pbkdf2Plain{salt, n})) }
	key := func(n int64) contentInfo { // shrouded, not inside anything
		sealed := must(asn1.Marshal(encryptedKey{Algorithm: algorithm(oidPBES2, pbes2Params{algorithm(oidPBKDF2, pbkdf2Plain{salt, n}), algorithm(oidAES256CBC, iv)}), Data: iv}))
		return dataOf(must(asn1.Marshal([]safeBag{{Type: objectID(oidShroudedKeyBag), Value: explicit(sealed)}})))
	}
	pbmac1 := func(n int64) macData {
		kdf := struct {
			Salt          []byte
			Iterations    int64
			Length        int
			PseudoRandoms pkix.AlgorithmIdentifier
		}{salt, n, 32, pkix.AlgorithmIdentifier{Algorithm: objectID(oidHMACSHA256)}}
		mac := algorithm(oidPBMAC1, pbes2Params{algorithm(oidPBKDF2, kdf), pkix.AlgorithmIdentifier{Algorithm: objectID(oidHMACSHA256)}})
		return macData{digestInfo{mac, []byte("x")}, []byte("NOT USED"), 1}
	}
	plain := func(n int64) macData {
		return macData{digestInfo{pkix.AlgorithmIdentifier{Algorithm: objectID(oidSHA256)}, []byte("x")}, salt, n}
	}
	many := func(n int, one contentInfo) []contentInfo { return slices.Repeat([]contentInfo{one}, n) }
	for name, c := range map[string]struct {
		mac      macData
		contents []contentInfo
		want     string
	}{
		"MAC":                      {plain(maxIterations + 1), nil, "asks for 10000001 iterations"},
		"MAC of none":              {plain(0), nil, "asks for 0 iterations"},
		"PBMAC1":                   {pbmac1(maxIterations + 1), nil, "asks for 10000001 iterations"},
		"MAC and contents":         {plain(maxIterations), many(1, pbes2(1)), "together ask for 10000001 iterations"},
		"PBMAC1 and contents":      {pbmac1(maxIterations), many(1, old(1)), "together ask for 10000001 iterations"},
		"many contents":            {plain(1), many(50, pbes2(maxIterations/50)), "together ask for 10000001 iterations"},
		"many old contents":        {plain(1), many(50, old(maxIterations/50)), "together ask for 10000001 iterations"},
		"many keys":                {plain(1), many(50, key(maxIterations/50)), "together ask for 10000001 iterations"},
		"scrypt, memory":           {plain(1), many(1, scrypt(1<<40, 8, 1)), "more than 256 MiB of memory"},
		"scrypt, work":             {plain(1), many(1, scrypt(1<<14, 8, 1<<30)), "too much work"},
		"several scrypts":          {plain(1), many(5, scrypt(1<<18, 8, 1)), "together ask for"},
		"scrypt and PBKDF2":        {plain(1), append(many(4, scrypt(1<<18, 8, 1)), pbes2(maxIterations/10)), "together ask for"},
		"one is within the bounds": {plain(1), many(1, pbes2(1000)), "passphrase"},
	} {
		safe := must(asn1.Marshal(c.contents))
		asked := 0
		_, err := fromPKCS12(must(asn1.Marshal(pfx{3, dataOf(safe), c.mac})), nil, answer("secret", &asked))
		if err == nil || !strings.Contains(err.Error(), c.want) || (asked > 0) != (c.want == "passphrase") {
			t.Errorf("%s: error is %v, want one with %q; asked %d times", name, err, c.want, asked)
		}
	}
}
