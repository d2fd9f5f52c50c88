package text

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWord is the longest word compared with candidates, in bytes: no name is longer, and comparing takes long.
const maxWord = 200

// Suggest returns the candidate most likely meant by word, or "" if none is near. Near is equal except for case and
// surrounding blanks, or at most a third of the letters (and at most three) away. A candidate of opposite meaning is never
// near. Of candidates equal except for their numbers, the one with the nearest number counts.
func Suggest(word string, candidates []string) string {
	if len(word) > maxWord {
		return ""
	}
	word = strings.TrimSpace(word)
	for _, c := range candidates {
		if strings.EqualFold(c, word) {
			return c
		}
	}
	near := cmp.Or(nearestInLetters(word, candidates), nearestNumber(word, candidates))
	if near == "" || hasCounterpart(word, candidates) {
		return ""
	}
	return near
}

func nearestInLetters(word string, candidates []string) string {
	best, bestDistance := "", min(len(word)/3, 3)+1
	lower := strings.ToLower(word)
	letters := lettersOf(lower)
	for _, c := range candidates {
		if far := len(c) - len(word); far >= bestDistance || -far >= bestDistance || !mayBeNear(lower, letters, c, bestDistance) {
			continue
		}
		if d := distance(lower, strings.ToLower(c), bestDistance); d < bestDistance && sameNumbers(word, c) && !mayBeCounterpart(word, c, d) {
			best, bestDistance = c, d
		}
	}
	return best
}

// letters are the letters in a text, each a bit by its last bits; zero for a text beyond ASCII.
type letters uint32

func lettersOf(s string) (all letters) {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return 0
		}
		all |= 1 << (s[i] & 31) // the same for a small and a capital letter
	}
	return all
}

// mayBeNear is false for a candidate sure to be limit letters or more away from a word in lower case. The test is cheap: each
// letter that only one of them has must be inserted, deleted or replaced.
func mayBeNear(word string, has letters, candidate string, limit int) bool {
	other := lettersOf(candidate)
	if has == 0 || other == 0 {
		return true
	}
	return max(len(candidate)-len(word), len(word)-len(candidate), bits.OnesCount32(uint32(has&^other)), bits.OnesCount32(uint32(other&^has))) < limit
}

// DidYouMean returns the help for a word not among the candidates: the one meant, or else the one of opposite meaning. It
// returns "" without either.
func DidYouMean(word string, candidates []string) string {
	_, help := Nearest(word, candidates)
	return help
}

// Nearest returns the results of Suggest and DidYouMean.
func Nearest(word string, candidates []string) (near, help string) {
	if near = Suggest(word, candidates); near != "" {
		if sameNumbers(word, near) {
			return near, "did you mean " + strconv.Quote(near) + "?"
		}
		return near, "the nearest is " + strconv.Quote(near)
	}
	return "", OppositeHelp(word, candidates)
}

// OppositeHelp returns the help for a word with a candidate of opposite meaning, or "".
func OppositeHelp(word string, candidates []string) string {
	if len(word) > maxWord {
		return ""
	}
	if opposite := Opposite(word, candidates); opposite != "" {
		return strconv.Quote(opposite) + " exists, with the opposite meaning"
	}
	return ""
}

// IsSure reports whether best, the result of Suggest, is certainly the candidate meant: the only one equal except for case
// and surrounding blanks, or one typing error away with no other nearly as near. A term of the field is no typing error but
// another name, perhaps a newer one. isTerm knows these terms; with nil they are the words of the candidates.
func IsSure(word, best string, candidates []string, isTerm func(string) bool) bool {
	word = strings.TrimSpace(word)
	if best == "" {
		return false
	}
	if strings.EqualFold(word, best) {
		return !slices.ContainsFunc(candidates, func(c string) bool { return c != best && strings.EqualFold(c, word) })
	}
	if isTerm == nil {
		isTerm = func(term string) bool {
			return slices.ContainsFunc(candidates, func(c string) bool { return slices.Contains(Words(c), term) })
		}
	}
	return isTypo(word, best, isTerm) && !hasRival(word, best, candidates)
}

// hasRival is true if a candidate other than best is nearly as near to word.
func hasRival(word, best string, candidates []string) bool {
	word = strings.ToLower(word)
	const margin = 2
	limit := distance(word, strings.ToLower(best), len(word)+len(best)+1) + margin
	letters := lettersOf(word)
	for _, c := range candidates {
		if c != best && mayBeNear(word, letters, c, limit) && distance(word, strings.ToLower(c), limit) < limit {
			return true
		}
	}
	return false
}

var joints = strings.NewReplacer("-", "", "_", "", " ", "", ".", "")

// isTypo reports whether written is meant with a typing error: the numbers are equal, and one or two letters differ in a word
// unknown to isTerm, or only a plural s.
func isTypo(written, meant string, isTerm func(string) bool) bool {
	const minWord, minLonger, minLong = 3, 4, 8
	from, to := Words(written), Words(meant)
	if strings.EqualFold(joints.Replace(written), joints.Replace(meant)) {
		return true
	}
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	for len(from) > 0 && len(to) > 0 && from[len(from)-1] == to[len(to)-1] {
		from, to = from[:len(from)-1], to[:len(to)-1]
	}
	a, b := strings.Join(from, ""), strings.Join(to, "")
	shorter, longer := min(len(a), len(b)), max(len(a), len(b))
	if shorter < minWord || longer < minLonger || !sameNumbers(written, meant) {
		return false
	}
	if a == b+"s" || b == a+"s" {
		return true
	}
	allowed := 1
	if shorter >= minLong {
		allowed = 2
	}
	return distance(a, b, allowed+1) <= allowed && !isTerm(a) && slices.ContainsFunc(from, func(w string) bool { return !isTerm(w) })
}

// Words splits a name into its words, in lower case: allow, air, drop for allowAirDrop2 and allow-air-drop. It drops numbers.
func Words(name string) []string {
	var words []string
	for _, w := range splitWords(name) {
		if !isDigit(rune(w[0])) {
			words = append(words, strings.ToLower(w))
		}
	}
	return words
}

// splitWords splits a name before capitals, and at characters other than letters and digits, which it drops. A run of
// capitals is one word, except for the last one before a small letter.
func splitWords(name string) []string {
	words := make([]string, 0, 8)
	start, last := 0, rune(0) // of the word; the character before
	cut := func(end int) {
		if end > start {
			words = append(words, name[start:end])
		}
		start = end
	}
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		if i > 0 && (unicode.IsUpper(r) && (!unicode.IsUpper(last) || startsLower(name[i+size:])) || isDigit(r) != isDigit(last)) {
			cut(i)
		}
		if !unicode.IsLetter(r) && !isDigit(r) {
			cut(i)
			start = i + size
		}
		last = r
		i += size
	}
	cut(len(name))
	return words
}

func startsLower(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// nearestNumber returns the candidate equal except for its numbers, and with the nearest value, such as 1.3 for 1.4. It
// returns "" if one below and one above are equally near.
func nearestNumber(word string, candidates []string) string {
	if !strings.ContainsAny(word, "0123456789") {
		return ""
	}
	form, numbers := takeNumbers(word)
	if form == "0" || len(numbers) == 0 {
		return "" // a bare number is as often a code as a size
	}
	var below, above string
	var under, over []int
	for _, c := range candidates {
		other, theirs := takeNumbers(c)
		switch order := slices.Compare(theirs, numbers); {
		case other != form:
		case order < 0 && (below == "" || slices.Compare(theirs, under) > 0):
			below, under = c, theirs
		case order > 0 && (above == "" || slices.Compare(theirs, over) < 0):
			above, over = c, theirs
		}
	}
	if below == "" || above == "" {
		return below + above
	}
	switch slices.Compare(gaps(under, numbers), gaps(numbers, over)) {
	case -1:
		return below
	case 1:
		return above
	}
	return ""
}

// gaps returns the absolute differences of two lists of equal length, the first counting most.
func gaps(from, to []int) []int {
	gaps := make([]int, len(from))
	for i := range from {
		gaps[i] = max(to[i]-from[i], from[i]-to[i])
	}
	return gaps
}

// takeNumbers returns a word in lower case with 0 for each number, and the numbers. More than nine digits are no number.
func takeNumbers(word string) (form string, numbers []int) {
	var b strings.Builder
	for rest := strings.ToLower(word); rest != ""; {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if n == 0 {
			n = max(strings.IndexAny(rest, "0123456789"), 0)
			if n == 0 {
				n = len(rest)
			}
			b.WriteString(rest[:n])
		} else if x, err := strconv.Atoi(rest[:n]); n <= 9 && err == nil {
			numbers = append(numbers, x)
			b.WriteByte('0')
		} else {
			b.WriteString(rest[:n])
		}
		rest = rest[n:]
	}
	return b.String(), numbers
}

func sameNumbers(a, b string) bool {
	digits := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !isDigit(r) })
	}
	return slices.Equal(digits(a), digits(b))
}

// distance counts the letters to insert, delete, replace or swap to turn a into b. It stops at limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if a == "" || b == "" {
		return min(max(len(a), len(b)), limit)
	}
	var rows [3][maxWord / 4]int
	before, last, next := rows[0][:], rows[1][:], rows[2][:]
	if len(b) >= len(rows[0]) {
		before, last, next = make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	}
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(last[j]+1, next[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, last, next = last, next, before
	}
	return min(last[len(b)], limit)
}
