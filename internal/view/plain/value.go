package plain

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"syncguard/internal/plist"
	"syncguard/internal/text"
)

// maxValue limits the characters shown of a value.
const maxValue = 60

// ValueText returns a value in a few words: a scalar itself, a summary of data and certificates, nothing of a secret.
func ValueText(v *plist.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Secret:
		return "(secret)"
	case v.Kind == plist.Data:
		return dataText(v.Data)
	case v.Kind == plist.Dictionary && len(v.Fields) == 0:
		return "{}"
	case v.Kind == plist.Array:
		return arrayText(v)
	}
	return v.Describe()
}

func dataText(data []byte) string {
	if c, err := x509.ParseCertificate(data); err == nil {
		return fmt.Sprintf("certificate %q until %s", c.Subject.String(), c.NotAfter.Format(time.DateOnly))
	}
	return fmt.Sprintf("%s of data, SHA-256 %.4x…", text.Count(len(data), "byte"), sha256.Sum256(data))
}

// arrayText lists scalars if they fit, or counts the items.
func arrayText(v *plist.Value) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, item := range v.Items {
		shown := ValueText(item)
		if item.Kind == plist.Array || item.Kind == plist.Dictionary || b.Len()+len(shown) > maxValue {
			return text.Count(len(v.Items), "item")
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(shown)
	}
	b.WriteByte(']')
	return b.String()
}

// Contrast returns two values with their difference in view: the beginnings of UUIDs, long texts around the first
// difference.
func Contrast(old, new *plist.Value) (from, to string) {
	if old == nil || new == nil || old.Kind != plist.String || new.Kind != plist.String || old.Secret || new.Secret {
		from, to = ValueText(old), ValueText(new)
		if from == to && from != "" && !old.Secret && !new.Secret { // such as 1 and 1.0
			from, to = from+" ("+old.Kind.String()+")", to+" ("+new.Kind.String()+")"
		}
		return from, to
	}
	if isUUID(old.Text) && isUUID(new.Text) && old.Text[:8] != new.Text[:8] {
		return old.Text[:8] + "…", new.Text[:8] + "…"
	}
	return quoteNear(old.Text, new.Text), quoteNear(new.Text, old.Text)
}

func isUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// quoteNear quotes text; long text only around its first difference from another.
func quoteNear(text, other string) string {
	const before = 20
	common := 0
	for common < min(len(text), len(other)) && text[common] == other[common] {
		common++
	}
	start, head := 0, ""
	if len(text) > maxValue && common > before {
		start, head = common-before, "…"
		for start > 0 && !utf8.RuneStart(text[start]) {
			start--
		}
	}
	shown, tail := text[start:], ""
	if utf8.RuneCountInString(shown) > maxValue {
		shown, tail = string([]rune(shown[:min(len(shown), 4*maxValue)])[:maxValue]), "…"
	}
	return head + strconv.Quote(shown) + tail
}
