package text

import (
	"slices"
	"strings"
	"sync"
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
type swaps map[string][]string

var opposingSwaps = sync.OnceValue(func() swaps { return swapsOf(opposites) })

var allSwaps = sync.OnceValue(func() swaps { return swapsOf(opposites, others) })

func swapsOf(tables ...[]pair) swaps {
	all := swaps{}
	for _, p := range slices.Concat(tables...) {
		for _, one := range strings.Fields(p.one) {
			for _, other := range strings.Fields(p.other) {
				all[one] = append(all[one], other)
				all[other] = append(all[other], one)
			}
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

func counterpart(word string, candidates []string, words swaps) string {
	lower := strings.ToLower(word)
	showsNoWords := len(splitWords(word)) == 1 // only a candidate's capitals can tell its words apart
	var exchanged []string
	for _, c := range candidates {
		other := strings.ToLower(c)
		if slices.Contains(words[lower], other) {
			return c
		}
		if other == lower || !isOneWordAway(lower, other) {
			continue
		}
		if exchanged == nil {
			exchanged = swapWords(word, words)
		}
		if slices.Contains(exchanged, other) || showsNoWords && slices.Contains(swapWords(c, words), lower) {
			return c
		}
	}
	return ""
}

// isOneWordAway is false for names sure to differ in more than one word. The test is cheap.
func isOneWordAway(a, b string) bool {
	shorter := min(len(a), len(b))
	before := 0
	for before < shorter && a[before] == b[before] {
		before++
	}
	after := 0
	for after < shorter-before && a[len(a)-1-after] == b[len(b)-1-after] {
		after++
	}
	const minShared, longest = 2, 11 // common letters; letters of a word in the tables
	return before+after >= minShared && max(len(a), len(b))-before-after <= longest
}

// counterparts returns, in lower case, the names of opposite or easily confused meaning.
func counterparts(name string) []string { return swapWords(name, allSwaps()) }

// mayBeCounterpart is true if a counterpart of the candidate is as near to the word as the candidate itself, or nearer.
func mayBeCounterpart(word, candidate string, distanceToIt int) bool {
	word = strings.ToLower(word)
	return slices.ContainsFunc(counterparts(candidate), func(c string) bool {
		return distance(word, c, distanceToIt+1) <= distanceToIt
	})
}

// swapWords returns, in lower case, the names made from one by adding or removing a negation, or by swapping one word.
func swapWords(name string, words swaps) []string {
	lower := strings.ToLower(name)
	var all []string
	add := func(s string) {
		if s != lower && s != "" {
			all = append(all, s)
		}
	}
	for _, suffix := range negativeSuffixes {
		add(lower + suffix)
		add(strings.TrimSuffix(lower, suffix))
	}
	at := 0
	for _, word := range splitWords(name) {
		word = strings.ToLower(word)
		start := at + max(strings.Index(lower[at:], word), 0)
		end := min(start+len(word), len(lower))
		addNegations(lower, start, end, add)
		for _, other := range words[word] {
			add(lower[:start] + other + lower[end:])
		}
		at = end
	}
	const minWithin = 4 // letters of a word also found inside other words
	for word, others := range words {
		if len(word) < minWithin {
			continue
		}
		for i := strings.Index(lower, word); i >= 0; {
			for _, other := range others {
				add(lower[:i] + other + lower[i+len(word):])
			}
			next := strings.Index(lower[i+1:], word)
			if next < 0 {
				break
			}
			i += 1 + next
		}
	}
	return all
}

// addNegations adds the names in which the word from start to end gains or loses a negation.
func addNegations(name string, start, end int, add func(string)) {
	const minRest = 3 // letters of a word
	before, word, after := name[:start], name[start:end], name[end:]
	for _, negation := range negations {
		add(before + negation + word + after)
		for _, joint := range []string{"-", "_"} {
			if start == 0 || strings.Contains(name, joint) {
				add(before + negation + joint + word + after)
			}
		}
		if rest, found := strings.CutPrefix(word, negation); found && (len(rest) >= minRest || rest == "" && after != "") {
			add(before + rest + after)
			add(before + rest + strings.TrimLeft(after, "-_ "))
		}
	}
}
