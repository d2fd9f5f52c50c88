// Source shows where a fact is from, with a link if that is an address.
export function Source({ text }: { text: string }) {
  const address = addressOf(text);
  return address ? (
    <a class="source" href={address} target="_blank" rel="noreferrer noopener">
      {text.replace(/^https:\/\//, "")}
    </a>
  ) : (
    <span class="source">{text}</span>
  );
}

function addressOf(text: string): string | undefined {
  if (/^https:\/\/\S+$/.test(text)) return text;
  const file = /^([\w.-]+\/[\w.-]+)@(?:[^(]*\()?([0-9a-f]{7,40})\)? (\S+)$/.exec(text);
  if (file) return `https://github.com/${file[1]}/blob/${file[2]}/${file[3]}`;
  const page = /^(developer\.apple\.com)@\S* (\S+)$/.exec(text);
  return page ? `https://${page[1]}/${page[2]}` : undefined;
}

// Trust shows who states a fact. Apple's word goes without saying.
export function Trust({ evidence }: { evidence: string }) {
  return evidence === "apple" ? null : <span class={`trust ${evidence}`}>{evidence}</span>;
}
