// The texts of this part of the page. Those that it shares with the install page come from the engine: makeWords.
import choices from "./choices.json";
import de from "./locales/de.json";
import en from "./locales/en.json";
import es from "./locales/es.json";
import fr from "./locales/fr.json";
import ja from "./locales/ja.json";
import ptBR from "./locales/pt-BR.json";
import zhHans from "./locales/zh-Hans.json";

export type Texts = typeof en;

const all: Record<string, Texts> = { en, de, fr, es, ja, "pt-BR": ptBR, "zh-Hans": zhHans };

export const languages = choices.languages.map(([tag = "", name = "", title = ""]) => ({ tag, name, title }));

export const textsIn = (language: string): Texts => all[language] ?? en;

// preferred returns the first language of a browser that there is; zh and pt have one each.
export function preferred(asked: readonly string[]): string {
  for (const tag of asked) {
    const found = languages.find((l) => l.tag.toLowerCase() === tag.toLowerCase()) ?? languages.find((l) => l.tag.split("-")[0] === tag.toLowerCase().split("-")[0]);
    if (found) return found.tag;
  }
  return "en";
}

// fill replaces {placeholders}.
export const fill = (text: string, values: Record<string, string | number>) => text.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? String(values[name]) : all));
