package pki

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"iter"
	"slices"
)

// Bounds on the work for one graph, with any contents. Apple's own path builder stops at 15 certificates and 100 paths,
// too: MAX_CHAIN_LENGTH and MAX_NUM_CHAINS in SecTrustServer.c of github.com/apple-oss-distributions/Security.
const (
	MaxLength = 15     // certificates of a path
	MaxPaths  = 100    // paths of one search
	maxSteps  = 10_000 // certificates visited by one search
	maxChecks = 1_000  // signatures verified for a graph, each once
)

// Graph holds certificates and their possible issuers.
type Graph struct {
	certs     []*x509.Certificate // distinct, in the order of their bytes, to be independent of the input order
	entity    []int               // of each, a number for its name and key
	key       []int               // of each, a number for its key
	takesWeak bool
	issuers   [][]int              // of each; nil until asked for
	above     [][]int              // everything above each; nil until asked for
	checked   map[[2]int]signature // of a certificate by a key
	exhausted bool
}

// NewGraph makes a graph of certificates, ignoring duplicates. takesWeak keeps links by broken signature algorithms,
// and links to issuers not allowed to issue, to find the intended chain; without it there are no such links.
func NewGraph(certs []*x509.Certificate, takesWeak bool) *Graph {
	g := &Graph{takesWeak: takesWeak, checked: map[[2]int]signature{}}
	g.certs = slices.SortedFunc(slices.Values(certs), func(a, b *x509.Certificate) int { return bytes.Compare(a.Raw, b.Raw) })
	g.certs = slices.CompactFunc(g.certs, (*x509.Certificate).Equal)
	g.issuers, g.above = make([][]int, len(g.certs)), make([][]int, len(g.certs))
	entities, keys := map[string]int{}, map[string]int{}
	for _, cert := range g.certs {
		g.entity = append(g.entity, numberOf(entities, string(cert.RawSubject)+string(cert.RawSubjectPublicKeyInfo)))
		g.key = append(g.key, numberOf(keys, string(cert.RawSubjectPublicKeyInfo)))
	}
	return g
}

func numberOf(known map[string]int, name string) int {
	if _, ok := known[name]; !ok {
		known[name] = len(known)
	}
	return known[name]
}

// Certificates returns the distinct certificates, in an order independent of the input's. The result is shared; do not
// modify it.
func (g *Graph) Certificates() []*x509.Certificate { return g.certs }

// IsExhausted reports whether the graph reached its bound on verified signatures, so links may be missing.
func (g *Graph) IsExhausted() bool { return g.exhausted }

// index returns the number of a certificate, or -1.
func (g *Graph) index(cert *x509.Certificate) int {
	i, ok := slices.BinarySearchFunc(g.certs, cert.Raw, func(c *x509.Certificate, raw []byte) int { return bytes.Compare(c.Raw, raw) })
	if !ok {
		return -1
	}
	return i
}

// issuersOf returns the fitting issuers of certificate i, without itself.
func (g *Graph) issuersOf(i int) []int {
	if g.issuers[i] != nil {
		return g.issuers[i]
	}
	found := []int{}
	for j, issuer := range g.certs {
		if j == i || !Fits(issuer, g.certs[i]) || !g.takesWeak && !MayIssue(issuer) {
			continue
		}
		if s := g.signatureOf(i, j); s == valid || s == weak && g.takesWeak {
			found = append(found, j)
		}
	}
	g.issuers[i] = found
	return found
}

// signatureOf verifies each certificate and key once: certificates of one key share the result.
func (g *Graph) signatureOf(i, by int) signature {
	at := [2]int{i, g.key[by]}
	if g.checked[at] == unchecked {
		if len(g.checked) >= maxChecks {
			g.exhausted = true
			return invalid
		}
		g.checked[at] = verifySignature(g.certs[by], g.certs[i])
	}
	return g.checked[at]
}

// Above returns the direct and indirect issuers of a certificate, nearer ones first, without itself.
func (g *Graph) Above(cert *x509.Certificate) []*x509.Certificate {
	var above []*x509.Certificate
	for _, i := range g.withIssuers(g.index(cert))[1:] {
		above = append(above, g.certs[i])
	}
	return above
}

// withIssuers returns the numbers of a certificate and of all above it, by distance.
func (g *Graph) withIssuers(from int) []int {
	if g.above[from] != nil {
		return g.above[from]
	}
	seen, queue := make([]bool, len(g.certs)), []int{from}
	seen[from] = true
	for at := 0; at < len(queue); at++ {
		for _, j := range g.issuersOf(queue[at]) {
			if !seen[j] {
				seen[j] = true
				queue = append(queue, j)
			}
		}
	}
	g.above[from] = queue
	return queue
}

// IsSelfSigned reports whether a certificate of the graph signed itself. A weak signature counts only in a graph with
// takesWeak.
func (g *Graph) IsSelfSigned(cert *x509.Certificate) bool {
	i := g.index(cert)
	if !Fits(cert, cert) {
		return false
	}
	s := g.signatureOf(i, i)
	return s == valid || s == weak && g.takesWeak
}

// Leaves returns the certificates that issued none of the others, or, if each issued one, all of them.
func (g *Graph) Leaves() []*x509.Certificate {
	issued := make([]bool, len(g.certs))
	for i := range g.certs {
		for _, j := range g.issuersOf(i) {
			issued[j] = issued[j] || g.entity[i] != g.entity[j]
		}
	}
	var ends []*x509.Certificate
	for i, cert := range g.certs {
		if !issued[i] {
			ends = append(ends, cert)
		}
	}
	if len(ends) == 0 {
		return g.certs
	}
	return ends
}

// IsTop reports whether the chain stops at a certificate: it signed itself, has no issuer here, or is in a circle of
// authorities that signed each other and none themselves.
func (g *Graph) IsTop(cert *x509.Certificate) bool {
	i := g.index(cert)
	if g.IsSelfSigned(cert) {
		return true
	}
	for _, j := range g.withIssuers(i)[1:] {
		if g.IsSelfSigned(g.certs[j]) || !slices.ContainsFunc(g.withIssuers(j), func(k int) bool { return g.entity[k] == g.entity[i] }) {
			return false
		}
	}
	return true
}

// Paths yields the paths from a certificate of the graph, the first of each, over issuers with mayPass to certificates
// with isEnd. No path meets one owner twice. The shortest comes first; of two certificates equally near to an end, the
// longer-lasting one. At most MaxPaths are yielded, of at most MaxLength certificates.
func (g *Graph) Paths(from *x509.Certificate, mayPass, isEnd func(*x509.Certificate) bool) iter.Seq[[]*x509.Certificate] {
	return func(yield func([]*x509.Certificate) bool) {
		start := g.index(from)
		s := &search{Graph: g, isEnd: map[int]bool{}, passes: map[int]bool{start: true}, yield: yield}
		reached := g.withIssuers(start)
		for _, i := range reached {
			s.isEnd[i] = isEnd(g.certs[i])
			s.passes[i] = i == start || mayPass(g.certs[i])
		}
		s.distance = s.distances(reached)
		if _, ok := s.distance[start]; ok {
			s.extend(start, nil)
		}
	}
}

type search struct {
	*Graph
	isEnd, passes map[int]bool
	distance      map[int]int // to the nearest end; no entry without one
	yield         func([]*x509.Certificate) bool
	steps, found  int
}

// distances searches from the ends downwards, so a search never enters a part without an end.
func (s *search) distances(reached []int) map[int]int {
	distance := map[int]int{}
	for changed := true; changed; {
		changed = false
		for _, i := range reached {
			best, ok := 0, s.isEnd[i] && s.passes[i]
			for _, j := range s.issuersOf(i) {
				if d, has := distance[j]; has && s.passes[i] && !s.isEnd[i] && (!ok || d+1 < best) {
					best, ok = d+1, true
				}
			}
			if before, had := distance[i]; ok && (!had || best < before) {
				distance[i], changed = best, true
			}
		}
	}
	return distance
}

// extend adds certificate i to a path, and yields it at an end. It returns false to stop the search.
func (s *search) extend(i int, below []int) bool {
	if s.steps++; s.steps > maxSteps || s.found == MaxPaths {
		return false
	}
	path := append(slices.Clip(below), i)
	if s.isEnd[i] {
		s.found++
		if !s.yield(s.certificates(path)) {
			return false
		}
	}
	if len(path) == MaxLength {
		return true
	}
	next := slices.DeleteFunc(slices.Clone(s.issuersOf(i)), func(j int) bool {
		_, leads := s.distance[j]
		return !leads || slices.ContainsFunc(path, func(k int) bool { return s.entity[k] == s.entity[j] })
	})
	slices.SortStableFunc(next, func(a, b int) int {
		return cmp.Or(s.distance[a]-s.distance[b], s.certs[b].NotAfter.Compare(s.certs[a].NotAfter))
	})
	for _, j := range next {
		if !s.extend(j, path) {
			return false
		}
	}
	return true
}

func (s *search) certificates(path []int) (certs []*x509.Certificate) {
	for _, i := range path {
		certs = append(certs, s.certs[i])
	}
	return certs
}
