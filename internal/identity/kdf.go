package identity

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Bounds on the work of turning a passphrase into a key. They are generous: today's tools ask for about a million
// iterations, or 16 MiB.
const (
	maxIterations   = 10_000_000
	maxScryptMemory = 256 << 20 // bytes
	maxScryptWork   = 1 << 30   // bytes times parallelization
)

// Object identifiers of RFC 8018, RFC 7914 and RFC 7292 for algorithms with a work factor.
const (
	oidPBKDF2     = "1.2.840.113549.1.5.12"
	oidPBES2      = "1.2.840.113549.1.5.13"
	oidPBMAC1     = "1.2.840.113549.1.5.14"
	oidPKCS12PBE  = "1.2.840.113549.1.12.1." // plus one arc for the cipher
	oidScrypt     = "1.3.6.1.4.1.11591.4.11"
	oidHMACSHA1   = "1.2.840.113549.2.7"
	oidHMACSHA256 = "1.2.840.113549.2.9"
	oidHMACSHA512 = "1.2.840.113549.2.11"
	oidSHA1       = "1.3.14.3.2.26"
	oidSHA256     = "2.16.840.1.101.3.4.2.1"
)

// pbes2Params has the shape of both PBES2-params and PBMAC1-params.
type pbes2Params struct {
	KDF, Scheme pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt       asn1.RawValue
	Iterations int64
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

type scryptParams struct {
	Salt                             []byte
	Cost, BlockSize, Parallelization int64
	KeyLength                        int `asn1:"optional"`
}

// kdfWork is the total work a file asks for, in iterations.
type kdfWork int64

// addAlgorithm adds and bounds the work of a passphrase-based algorithm, for encryption or for a MAC, by its parameters
// alone. Unknown algorithms are left to the code about to run them.
func (e *kdfWork) addAlgorithm(algorithm pkix.AlgorithmIdentifier) error {
	oid, encoded := algorithm.Algorithm.String(), algorithm.Parameters.FullBytes
	switch {
	case oid == oidPBES2 || oid == oidPBMAC1:
		var params pbes2Params
		if err := unmarshalDER(encoded, &params); err != nil {
			return err
		}
		return e.addKDF(params.KDF)
	case strings.HasPrefix(oid, oidPKCS12PBE):
		var params struct {
			Salt       []byte
			Iterations int64
		}
		if err := unmarshalDER(encoded, &params); err != nil {
			return err
		}
		return e.addIterations(params.Iterations)
	}
	return nil
}

// addMAC is add for the MAC of PKCS#12.
func (e *kdfWork) addMAC(m macData) error {
	if m.Digest.Algorithm.Algorithm.String() == oidPBMAC1 { // its own parameters tell the work
		return e.addAlgorithm(m.Digest.Algorithm)
	}
	return e.addIterations(m.Iterations)
}

// addKey is add for a private key, possibly in the clear.
func (e *kdfWork) addKey(block *pem.Block) error {
	if encrypted, ok := parseEncrypted(block.Bytes); ok {
		return e.addAlgorithm(encrypted.Algorithm)
	}
	return nil
}

func (e *kdfWork) addKDF(kdf pkix.AlgorithmIdentifier) error {
	switch kdf.Algorithm.String() {
	case oidPBKDF2:
		var params pbkdf2Params
		if err := unmarshalDER(kdf.Parameters.FullBytes, &params); err != nil {
			return err
		}
		return e.addIterations(params.Iterations)
	case oidScrypt:
		var params scryptParams
		if err := unmarshalDER(kdf.Parameters.FullBytes, &params); err != nil {
			return err
		}
		if err := params.checkCost(); err != nil {
			return err
		}
		return e.addIterations(max(1, 128*params.Cost*params.BlockSize*params.Parallelization/(maxScryptWork/maxIterations+1)))
	}
	return nil
}

func (e *kdfWork) addIterations(n int64) error {
	if n < 1 || n > maxIterations {
		return &Problem{fmt.Sprintf("key derivation asks for %d iterations, want 1 to %d", n, maxIterations), fewerHelp}
	}
	if *e += kdfWork(n); *e > maxIterations {
		return &Problem{fmt.Sprintf("the parts of the file together ask for %d iterations of key derivation, want at most %d", *e, maxIterations), fewerHelp}
	}
	return nil
}

// fewerHelp is the advice for a file asking for too much work.
const fewerHelp = "export it again from its source with fewer iterations, such as 600000; never open it if its source is unknown"

// checkCost divides instead of multiplying, so no product overflows.
func (p scryptParams) checkCost() error {
	if p.Cost < 2 || p.BlockSize < 1 || p.Parallelization < 1 || p.Cost&(p.Cost-1) != 0 {
		return errDamagedParameters
	}
	if p.BlockSize > maxScryptMemory/128/p.Cost {
		return fmt.Errorf("key derivation asks for more than %d MiB of memory", maxScryptMemory>>20)
	}
	if p.Parallelization > maxScryptWork/128/p.Cost/p.BlockSize {
		return errors.New("key derivation asks for too much work")
	}
	return nil
}

var errDamagedParameters = errors.New("the parameters of the encryption are damaged")

// unmarshalDER reads exactly one DER value into out.
func unmarshalDER(der []byte, out any) error {
	rest, err := asn1.Unmarshal(der, out)
	if err != nil || len(rest) > 0 {
		return errDamagedParameters
	}
	return nil
}
