package diag

import "strings"

// Suggest returns the candidate that a person who wrote word most likely meant, or "" when none is near:
// equal but for case, or at most a third of the letters (and at most three) away.
func Suggest(word string, candidates []string) string {
	best, bestDistance := "", min(len(word)/3, 3)+1
	for _, c := range candidates {
		if strings.EqualFold(c, word) {
			return c
		}
		if d := distance(strings.ToLower(word), strings.ToLower(c), bestDistance); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// IsSure says whether best, which Suggest chose, is all that a person can have meant among the candidates: nothing else is
// equal but for case, or else nothing else is nearly as near.
func IsSure(word, best string, candidates []string) bool {
	word = strings.TrimSpace(word)
	same := strings.EqualFold(word, best)
	const margin = 2
	limit := distance(strings.ToLower(word), strings.ToLower(best), len(word)+len(best)+1) + margin
	for _, c := range candidates {
		switch {
		case c == best:
		case strings.EqualFold(c, word):
			return false
		case !same && distance(strings.ToLower(word), strings.ToLower(c), limit) < limit:
			return false
		}
	}
	return best != ""
}

// distance is the number of letters to insert, delete, replace or swap to turn a into b, or limit if it is
// at least that.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
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
