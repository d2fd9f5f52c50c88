package cms

import (
	"time"

	"syncguard/internal/pki"
)

// clockSkew is how far a signer's clock may be ahead of ours.
const clockSkew = 5 * time.Minute

// judgeValidity answers the question of validity for a signer: its certificates are valid at the given time, and its
// own was at the claimed signing time. That claim never makes an expired certificate valid.
func judgeValidity(s *Signer, at time.Time) Answer {
	leaf := s.Certificate
	switch {
	case at.Before(leaf.NotBefore):
		return no(verifyErrorf(NotYetValid, "the certificate %q is not valid before %s", pki.NameOf(leaf), pki.Day(leaf.NotBefore)))
	case at.After(leaf.NotAfter):
		return no(verifyErrorf(Expired, "the certificate %q expired on %s", pki.NameOf(leaf), pki.Day(leaf.NotAfter)))
	}
	until := leaf.NotAfter
	for _, cert := range s.Chain[1:] {
		switch {
		case at.Before(cert.NotBefore):
			return no(verifyErrorf(IssuerNotYetValid, "the certificate %q is not valid before %s", pki.NameOf(cert), pki.Day(cert.NotBefore)))
		case at.After(cert.NotAfter):
			return no(verifyErrorf(IssuerExpired, "the certificate %q expired on %s", pki.NameOf(cert), pki.Day(cert.NotAfter)))
		case cert.NotAfter.Before(until):
			until = cert.NotAfter
		}
	}
	if claim := s.SigningTime; !claim.IsZero() {
		switch {
		case claim.After(at.Add(clockSkew)):
			return no(verifyErrorf(SigningTimeInFuture, "the signer claims to have signed at %s, in the future", claim.Format(time.RFC3339)))
		case claim.Before(leaf.NotBefore), claim.After(leaf.NotAfter):
			return no(verifyErrorf(SigningTimeOutside, "the signer claims to have signed at %s, when the certificate %q was not valid",
				claim.Format(time.RFC3339), pki.NameOf(leaf)))
		}
	}
	return yes(Valid, "until %s (%s)", pki.Day(until), days(until.Sub(at)))
}

func days(d time.Duration) string {
	n := int(d / (24 * time.Hour))
	if n == 1 {
		return "1 day"
	}
	return withCommas(n) + " days"
}
