// visible makes text from a file safe to look at, as the program's own views do: characters that cannot be seen, that control a
// terminal or that reorder text are written as \u{…}.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;
const each = new RegExp(unprintable.source, "gu");

export function visible(text: string): string {
  if (!unprintable.test(text)) return text;
  return text.replace(each, (c) => (c === "\t" || c === "\n" ? " " : `\\u{${c.codePointAt(0)!.toString(16)}}`));
}
