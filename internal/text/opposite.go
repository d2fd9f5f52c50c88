package text

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Opposites are often a few letters apart: disallowCamera and allowCamera, AlwaysOff and AlwaysOn. Whoever wrote one did not
// mean the other, so Suggest never offers the counterpart of a word.

// negations turn a word into its opposite as prefixes.
var negations = strings.Fields("dis un non de in im ir il mis anti no not dont never without disable deny block prevent prohibit forbid hide")

// negativeSuffixes turn a name into its opposite.
var negativeSuffixes = strings.Fields("disabled denied disallowed blocked prohibited forbidden prevented hidden off")

// A pair is two lists of words. Each word of one is a counterpart of each word of the other.
type pair struct{ one, other string }

// opposites are words of opposite meaning.
var opposites = []pair{
	{"allow permit enable accept approve grant activate support", "deny disallow block prohibit forbid prevent restrict refuse reject disable deactivate suppress skip ignore omit revoke"},
	{"allowed permitted enabled accepted approved granted activated active supported", "denied disallowed blocked prohibited forbidden prevented restricted refused rejected disabled deactivated inactive ignored off"},
	{"show display reveal", "hide suppress skip omit"}, {"shown visible displayed", "hidden invisible suppressed"},
	{"include", "exclude"}, {"included including", "excluded excluding except"}, {"inclusive", "exclusive"},
	{"allowlist whitelist", "denylist blocklist blacklist"}, {"allowlisted whitelisted", "denylisted blocklisted blacklisted"},
	{"on", "off"}, {"yes", "no"}, {"true", "false"}, {"always", "never"}, {"all any every everyone", "none nobody no"}, {"with", "without"}, {"can", "cannot cant"},
	{"do", "dont donot"}, {"is", "isnot isnt"}, {"will", "wont"}, {"required mandatory forced enforced", "optional"}, {"require force enforce", "ignore skip prevent"},
	{"lock", "unlock"}, {"add insert create", "remove delete"}, {"added", "removed deleted"}, {"install", "uninstall remove"}, {"installed", "uninstalled removed"},
	{"keep retain preserve", "delete remove discard strip"}, {"open", "close closed"}, {"start begin", "stop end finish"},
	{"min minimum", "max maximum"}, {"minimize", "maximize"}, {"least", "most"}, {"less fewer", "more greater"}, {"low lower lowest", "high higher highest upper"},
	{"first", "last"}, {"before", "after"}, {"early earlier earliest", "late later latest"}, {"old older oldest", "new newer newest"},
	{"up", "down"}, {"increase", "decrease"}, {"increment", "decrement"}, {"ascending", "descending"}, {"top", "bottom"}, {"left", "right"},
	{"in", "out"}, {"login", "logout"}, {"logon", "logoff"}, {"signin", "signout"}, {"join", "leave"}, {"attach", "detach"},
	{"input", "output"}, {"incoming", "outgoing"}, {"inbound", "outbound"}, {"inner", "outer"}, {"internal", "external"}, {"inside", "outside"},
	{"import", "export"}, {"ingress", "egress"}, {"encrypt", "decrypt"}, {"encode", "decode"}, {"send", "receive"}, {"upload", "download"}, {"push", "pull"},
	{"online", "offline"}, {"success succeed pass", "failure fail"}, {"automatic automatically auto", "manual manually"}, {"trust", "distrust"},
	{"public", "private"}, {"wired", "wireless"}, {"near", "far"}, {"previous", "next"},
}

// others are words of similar spelling and another, though not opposite, meaning.
var others = []pair{
	{"http", "https"}, {"ldap", "ldaps"}, {"ftp", "ftps sftp"}, {"imap", "pop"}, {"tcp", "udp"}, {"wep", "wpa"}, {"tls", "ttls dtls ssl"}, {"peap eap", "leap"}, {"des", "aes"}, {"rsa", "dsa"},
	{"pap", "chap"}, {"mschap", "chap"}, {"ipv4", "ipv6"}, {"from", "to"}, {"source", "destination"}, {"src", "dst"}, {"local", "remote global"}, {"read", "write"}, {"static", "dynamic"},
	{"foreground", "background"}, {"primary", "secondary"}, {"major", "minor"}, {"client", "server"}, {"parent", "child"}, {"user", "system device"}, {"leader", "member"}, {"sender", "recipient receiver"},
	{"weekday", "weekend"}, {"day", "night"}, {"light", "dark"}, {"sync", "async"}, {"symmetric", "asymmetric"}, {"pre", "post"}, {"update", "upgrade"}, {"backup", "restore"},
	{"second seconds", "minute minutes hour hours day days"}, {"minute minutes", "hour hours day days"}, {"hour hours", "day days"}, {"day days", "week weeks month months"}, {"kb", "mb gb"}, {"mb", "gb"}, {"byte bytes", "bit bits"},
}

// swaps maps each word to its counterparts.
type swaps struct {
	others map[string][]string
	within [1 << 5][]string // longer words, also found inside other words, by their first letter
}

var opposingSwaps = sync.OnceValue(func() *swaps { return swapsOf(opposites) })

var allSwaps = sync.OnceValue(func() *swaps { return swapsOf(opposites, others) })

func swapsOf(tables ...[]pair) *swaps {
	all := &swaps{others: map[string][]string{}}
	for _, p := range slices.Concat(tables...) {
		for _, one := range strings.Fields(p.one) {
			for _, other := range strings.Fields(p.other) {
				all.others[one] = append(all.others[one], other)
				all.others[other] = append(all.others[other], one)
			}
		}
	}
	const minWithin = 4 // letters
	for word := range all.others {
		if len(word) >= minWithin {
			all.within[word[0]&31] = append(all.within[word[0]&31], word)
		}
	}
	return all
}

// Opposite returns the candidate of opposite meaning, such as allowCamera for disallowCamera, or "".
func Opposite(word string, candidates []string) string {
	return counterpart(word, candidates, opposingSwaps())
}

func hasCounterpart(word string, candidates []string) bool {
	return counterpart(word, candidates, allSwaps()) != ""
}

func counterpart(word string, candidates []string, words *swaps) string {
	lower := strings.ToLower(word)
	others := words.others[lower]
	showsNoWords := false // only a candidate's capitals can tell its words apart
	var exchanged []swap
	for _, c := range candidates {
		if len(others) > 0 && slices.ContainsFunc(others, func(other string) bool { return strings.EqualFold(other, c) }) {
			return c
		}
		if strings.EqualFold(lower, c) || !isOneWordAway(lower, c) {
			continue
		}
		if exchanged == nil {
			exchanged, showsNoWords = swapWords(word, words), len(splitWords(word)) == 1
		}
		if anyMakes(exchanged, strings.ToLower(c)) || showsNoWords && anyMakes(swapWords(c, words), lower) {
			return c
		}
	}
	return ""
}

// isOneWordAway is false for names sure to differ in more than one word. The test is cheap. a is in lower case.
func isOneWordAway(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	first, last := b[0], b[len(b)-1]
	if first|last < utf8.RuneSelf && a[0] != lowerASCII(first) && a[len(a)-1] != lowerASCII(last) {
		return false // most names
	}
	if lettersOf(b) == 0 {
		b = strings.ToLower(b) // beyond ASCII
	}
	shorter := min(len(a), len(b))
	before := 0
	for before < shorter && a[before] == lowerASCII(b[before]) {
		before++
	}
	after := 0
	for after < shorter-before && a[len(a)-1-after] == lowerASCII(b[len(b)-1-after]) {
		after++
	}
	const minShared, longest = 2, 11 // common letters; letters of a word in the tables
	return before+after >= minShared && max(len(a), len(b))-before-after <= longest
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// mayBeCounterpart is true if a counterpart of the candidate is as near to the word as the candidate itself, or nearer.
func mayBeCounterpart(word, candidate string, distanceToIt int) bool {
	word = strings.ToLower(word)
	return slices.ContainsFunc(counterparts(candidate), func(c string) bool {
		return distance(word, c, distanceToIt+1) <= distanceToIt
	})
}

// counterparts returns, in lower case, the names of opposite or easily confused meaning.
func counterparts(name string) (all []string) {
	for _, s := range swapWords(name, allSwaps()) {
		for _, middle := range s.middles {
			if other := s.before + middle + s.after; other != "" && !strings.EqualFold(other, name) {
				all = append(all, other)
			}
		}
	}
	return all
}

// swap makes names from another one, in lower case: each with one of the middles.
type swap struct {
	before  string
	middles []string
	after   string
}

func (s *swap) makes(name string) bool {
	end := len(name) - len(s.after)
	return len(s.before) <= end && strings.HasPrefix(name, s.before) && strings.HasSuffix(name, s.after) && slices.Contains(s.middles, name[len(s.before):end])
}

func anyMakes(swaps []swap, name string) bool {
	return slices.ContainsFunc(swaps, func(s swap) bool { return s.makes(name) })
}

// nothing is the middle of a name that loses a part.
var nothing = []string{""}

// swapWords returns the ways to add or remove a negation, or to swap one word. Some of them make the name itself.
func swapWords(name string, words *swaps) []swap {
	lower := strings.ToLower(name)
	all := append(make([]swap, 0, 16), swap{lower, negativeSuffixes, ""})
	for _, suffix := range negativeSuffixes {
		if rest, found := strings.CutSuffix(lower, suffix); found {
			all = append(all, swap{rest, nothing, ""})
		}
	}
	at := 0
	for _, word := range splitWords(name) {
		word = strings.ToLower(word)
		start := at + max(strings.Index(lower[at:], word), 0)
		end := min(start+len(word), len(lower))
		all = addNegations(all, lower, start, end)
		if others := words.others[word]; others != nil {
			all = append(all, swap{lower[:start], others, lower[end:]})
		}
		at = end
	}
	for i := range len(lower) {
		for _, word := range words.within[lower[i]&31] {
			if strings.HasPrefix(lower[i:], word) {
				all = append(all, swap{lower[:i], words.others[word], lower[i+len(word):]})
			}
		}
	}
	return all
}

// addNegations adds the ways in which the word from start to end gains or loses a negation.
func addNegations(all []swap, name string, start, end int) []swap {
	const minRest = 3 // letters of a word
	before, word, after := name[:start], name[start:end], name[end:]
	all = append(all, swap{before, negations, name[start:]})
	for joint, joined := range joinedNegations() {
		if start == 0 || strings.Contains(name, joint) {
			all = append(all, swap{before, joined, name[start:]})
		}
	}
	for _, negation := range negations {
		if rest, found := strings.CutPrefix(word, negation); found && (len(rest) >= minRest || rest == "" && after != "") {
			all = append(all, swap{before + rest, nothing, after}, swap{before + rest, nothing, strings.TrimLeft(after, "-_ ")})
		}
	}
	return all
}

// joinedNegations are the negations with a joint behind them, by the joint.
var joinedNegations = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, joint := range []string{"-", "_"} {
		for _, negation := range negations {
			all[joint] = append(all[joint], negation+joint)
		}
	}
	return all
})
