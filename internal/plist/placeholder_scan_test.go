package plist

import (
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/work"
)

var (
	slowPlaceholder = regexp.MustCompile(`\{\{.+?\}\}|\$\{[A-Za-z_][^{}]*\}|\$[A-Za-z_]\w+|%[A-Za-z_]\w*%|@[A-Z][A-Z0-9_]*@`)
	slowEncoded     = regexp.MustCompile(`^%[0-9A-Fa-f]{2}%$`)
)

// slowPlaceholders is the definition of a placeholder, as a regular expression.
func slowPlaceholders(text string) (found []string) {
	for i := 0; i < len(text); {
		at := slowPlaceholder.FindStringIndex(text[i:])
		if at == nil {
			break
		}
		name := text[i+at[0] : i+at[1]]
		if slowEncoded.MatchString(name) {
			i += at[1] - 1
			continue
		}
		found = append(found, name)
		i += at[1]
	}
	return found
}

func TestPlaceholdersEqualThoseOfTheExpression(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	parts := []string{"{", "}", "$", "%", "@", "A", "b", "_", "9", "C3", "\n", "ä", "\xff", "{{", "}}", "${", " ", "-"}
	for range 30_000 {
		var text strings.Builder
		for range random.Intn(14) {
			text.WriteString(parts[random.Intn(len(parts))])
		}
		if got, want := Placeholders(text.String()), slowPlaceholders(text.String()); !slices.Equal(got, want) {
			t.Fatalf("%q holds %q, want %q", text.String(), got, want)
		}
	}
}

func FuzzPlaceholders(f *testing.F) {
	for _, s := range []string{"{{a}} ${b} $cd %E% @F@", "%C3%A9%", "{{}}}", "{{\n}}", "@a@A@", "$a$b1", "${a{b}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := Placeholders(s), slowPlaceholders(s); len(want) < maxPlaceholders && !slices.Equal(got, want) {
			t.Fatalf("%q holds %q, want %q", s, got, want)
		}
	})
}

// Whatever begins placeholders, the text is walked once.
func TestPlaceholdersTakeLinearWork(t *testing.T) {
	for _, unit := range []string{"${a}", "%A", "%A%", "{{", "{{${a}", "{{a\n", "${a", "@A", "$", "$ab", "{{a}}", "%C3"} {
		text := strings.Repeat(unit, 20_000)
		if done := work.Measure(func() { IsPlaceholder(text); HasPlaceholder(text) }); done > 2*len(text) {
			t.Errorf("%q: %d bytes walked of %d", unit, done, len(text))
		}
	}
}

func BenchmarkPlaceholders(b *testing.B) {
	for _, unit := range []string{"${a}", "%A", "{{${a}"} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		b.Run(unit, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				IsPlaceholder(text)
			}
		})
	}
}
