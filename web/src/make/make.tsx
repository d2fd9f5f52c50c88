import "./make.css";
import { batch, effect, signal } from "@preact/signals";
import { call, EngineError, type Files } from "../engine";
import { address, route } from "../route";
import type { Made, MadeCause, MadeStep, MakeWords } from "../results";
import { Trouble } from "../ui/trouble";
import choices from "./choices.json";
import { here, hereAtOnce } from "./guess";
import { hand, readyAddress, save, wayOf, type Way } from "./handover";
import { fill, languages, preferred, textsIn, type Texts } from "./texts";

// What a person chose.
const browser = signal(hereAtOnce());
const platform = signal(browser.value.platform);
const version = signal(known(platform.value, browser.value.version));
const way = signal("manual");
const dns = signal(choices.providers[0]!.name);
const exempted = signal(""); // as typed, a network a line

// What came of it.
const made = signal<{ result: Made; files: Files; exempt: string[]; dns: string; language: string } | undefined>(undefined);
const words = signal<MakeWords | undefined>(undefined);
const trouble = signal<EngineError | undefined>(undefined);
const handed = signal<Way | undefined>(undefined);
const isPending = signal(true); // the answer to the latest choices is under way
const ticked = signal<ReadonlySet<string>>(new Set());

const guessedLanguage = preferred(navigator.languages);
const languageOf = (name: string, first: string | undefined) => (name === "make" && languages.some((l) => l.tag === first) ? first! : guessedLanguage);
const language = signal(languageOf(route.value.name, route.value.path[0]));
effect(() => void (language.value = languageOf(route.value.name, route.value.path[0])));

void here().then((guess) => {
  if (guess.version !== browser.value.version && platform.value === guess.platform) version.value = known(guess.platform, guess.version);
  browser.value = guess;
});

function device(of: string) {
  return choices.devices.find((d) => d.platform === of)!;
}

// known returns a version that can be chosen: of an unknown one the second newest, which serves the newest, too.
function known(of: string, major: string | undefined): string {
  const all = device(of).versions;
  if (major && Number(major) > Number(all[0])) return all[0]!;
  return all.find((v) => v === major) ?? all[1]!;
}

let asked = 0;
const ask = async (target: string, provider: string, exempt: string[], to: string) => {
  const number = ++asked;
  try {
    const { result, files } = await call("make", { target, dns: provider, exempt, language: to });
    if (number !== asked) return;
    batch(() => {
      made.value = { result, files, exempt, dns: provider, language: to };
      trouble.value = undefined;
      isPending.value = false;
    });
  } catch (error) {
    if (number === asked) batch(() => ((trouble.value = error as EngineError), (made.value = undefined), (isPending.value = false)));
  }
};

let started = false;
let pause: ReturnType<typeof setTimeout> | undefined;

// start asks the engine whenever a choice changes, after a pause while somebody types.
function start() {
  if (started) return;
  started = true;
  effect(() => {
    const of = device(platform.value);
    const target = `${of.platform}@${version.value}/${of.ways.includes(way.value) ? way.value : of.ways[0]}`;
    const exempt = dns.value ? networks() : [];
    const asking = [target, dns.value, exempt, language.value] as const;
    handed.value = undefined;
    isPending.value = true;
    clearTimeout(pause);
    if (!made.peek()) return void ask(...asking);
    pause = setTimeout(() => void ask(...asking), 150);
  });
  effect(() => {
    const of = language.value;
    void call("makeWords", { language: of }).then(({ result }) => of === language.peek() && (words.value = result), () => {});
  });
}

// latest waits for what the latest choices made: a click can come before it.
const latest = () =>
  new Promise<NonNullable<typeof made.value>>((resolve) => {
    const end = effect(() => {
      if (isPending.value) return;
      if (made.value) resolve(made.value);
      queueMicrotask(() => end());
    });
  });

// saveFile saves a file of the latest answer.
const saveFile = (name: (result: Made) => string, type: string) => latest().then(({ result, files }) => save(name(result), files[name(result)]!, type));

const networks = () => [...new Set(exempted.value.split(/\r?\n/).filter((line) => line.trim() !== ""))];

// Make makes the profile for a person's own device, and says what is left to do.
export function Make() {
  start();
  const t = textsIn(language.value);
  const w = words.value?.texts ?? {};
  return (
    <div class="make" lang={language.value} aria-busy={isPending.value}>
      <header class="make-head">
        <h1>{languages.find((l) => l.tag === language.value)!.title}</h1>
        <p class="lead">{t.lead}</p>
      </header>
      <Device t={t} />
      {trouble.value && <Trouble error={trouble.value} />}
      <section class="make-does" aria-labelledby="make-does">
        <h2 id="make-does">{t.does}</h2>
        {made.value ? made.value.result.causes.map((cause) => <Cause t={t} cause={cause} />) : !trouble.value && <p class="faint">{t.working}</p>}
        {dns.value === "" && made.value && <Off t={t} w={w} />}
      </section>
      {made.value && words.value && <Handover t={t} words={words.value} />}
      <Foot t={t} label={w["serve.language"] ?? "Language"} />
    </div>
  );
}

function Device({ t }: { t: Texts }) {
  const of = device(platform.value);
  return (
    <section class="card make-device" aria-labelledby="make-device">
      <h2 id="make-device">{t.device}</h2>
      <div class="tiles" role="radiogroup" aria-labelledby="make-device">
        {choices.devices.map((d) => (
          <label class="tile">
            <input
              type="radio"
              name="device"
              checked={d.platform === platform.value}
              onChange={() =>
                batch(() => {
                  platform.value = d.platform;
                  version.value = known(d.platform, d.platform === browser.value.platform ? browser.value.version : undefined);
                  if (!d.ways.includes(way.value)) way.value = d.ways[0]!;
                })
              }
            />
            <span>{d.name}</span>
          </label>
        ))}
      </div>
      <p class="help">{browser.value.isHere ? platform.value === browser.value.platform && t.guessed : t.notHere}</p>
      <div class="field">
        <label for="make-version">{t.version}</label>
        <select id="make-version" value={version.value} onChange={(event) => (version.value = event.currentTarget.value)} aria-describedby="make-version-help">
          {of.versions.map((v) => (
            <option value={v} selected={v === version.value}>
              {of.platform} {v}
            </option>
          ))}
        </select>
        <span class="help" id="make-version-help">{t.versionHelp}</span>
      </div>
      <fieldset class="field">
        <legend>{t.who}</legend>
        {of.ways.map((of_) => (
          <label class="choice">
            <input type="radio" name="way" checked={of_ === way.value} onChange={() => (way.value = of_)} />
            <span>{wayText(t, of_, of.ways)}</span>
          </label>
        ))}
        {(of.platform === "iOS" || of.platform === "iPadOS") && <span class="help">{t.supervisedHelp}</span>}
      </fieldset>
      <div class="field">
        <label for="make-dns">{t.dns}</label>
        <select id="make-dns" value={dns.value} onChange={(event) => (dns.value = event.currentTarget.value)} aria-describedby="make-dns-help">
          {choices.providers.map((p) => (
            <option value={p.name} selected={p.name === dns.value}>
              {p.label}
            </option>
          ))}
          <option value="" selected={dns.value === ""}>
            {t.dnsNone}
          </option>
        </select>
        {dns.value && <span class="help" id="make-dns-help">{t.dnsSees}</span>}
      </div>
      {dns.value && (
        <details class="field" open={exempted.peek() !== ""}>
          <summary>
            <span>{t.exempt}</span>
          </summary>
          <textarea
            aria-label={t.exempt}
            aria-describedby="make-exempt-help"
            rows={3}
            autocapitalize="off"
            autocomplete="off"
            spellcheck={false}
            value={exempted.value}
            onInput={(event) => (exempted.value = event.currentTarget.value)}
          />
          <span class="help" id="make-exempt-help">{t.exemptHelp}</span>
        </details>
      )}
    </section>
  );
}

// wayText names a way of management. Where MDM supervises every device, it needs no word for that.
function wayText(t: Texts, of: string, all: string[]): string {
  if (of === "supervised" && !all.includes("device")) return t["way.device"];
  return t[`way.${of}` as keyof Texts];
}

function Cause({ t, cause }: { t: Texts; cause: MadeCause }) {
  const of = cause.intent as "dns";
  const kind = cause.class as "enforced";
  const exempt = cause.intent === "dns" && cause.does.length > 0 ? (made.value?.exempt ?? []) : [];
  return (
    <article class={`cause ${cause.class}`}>
      <h3>
        {cause.title} <span class="badge">{t[`class.${kind}`]}</span>
      </h3>
      <p class="faint small">{t[`why.${of}`]}</p>
      {cause.does.map((sentence) => (
        <p>{sentence}</p>
      ))}
      {!(cause.intent === "dns" && cause.does.length > 0) && <p>{t[`means.${kind}`]}</p>}
      {exempt.length > 0 && (
        <p>
          {t.exempted}{" "}
          {exempt.map((name, i) => (
            <>
              {i > 0 && ", "}
              <bdi class="network">{name}</bdi>
            </>
          ))}
        </p>
      )}
      {cause.notes.length > 0 && (
        <details class="notes">
          <summary>{t.notes}</summary>
          <ul lang="en">
            {cause.notes.map((note) => (
              <li>
                {note.text} <span class="faint">{note.source}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

// Off stands for DNS where the profile leaves it alone.
function Off({ t, w }: { t: Texts; w: Record<string, string> }) {
  return (
    <article class="cause none">
      <h3>{w.dns ?? "DNS"}</h3>
      <p class="faint small">{t["why.dns"]}</p>
      <p>{t.off}</p>
    </article>
  );
}

function Handover({ t, words: { texts, mobile, mac } }: { t: Texts; words: MakeWords }) {
  const w = texts ?? {};
  const { result } = made.value!;
  const causes = result.causes.filter((cause) => cause.steps.length > 0);
  const first = result.file ? causes.filter((cause) => cause.first) : [];
  const then = causes.filter((cause) => !first.includes(cause));
  const all = [...first, ...then].flatMap((cause) => cause.steps.map((step) => keyOf(cause, step)));
  const isMDM = !way.value.startsWith("manual");
  return (
    <div class="make-then">
      {first.length > 0 && (
        <section class="card">
          <h2>{w.switch}</h2>
          <p>{w["serve.first"]}</p>
          <Steps of={first} mark={w.mark ?? ""} />
        </section>
      )}
      <section class="card hand">
        {result.file ? (
          <Button t={t} w={w} result={result} address={addressOf(made.value!)} isMDM={isMDM} />
        ) : (
          <p class="only">{result.declarations.length > 0 ? t.onlyDeclarations : t.nothing}</p>
        )}
        {result.declarations.length > 0 && (
          <>
            <h3>{t.declarations}</h3>
            <ul class="plain">
              {result.declarations.map((name) => (
                <li>
                  <button type="button" class="link" onClick={() => void saveFile(() => name, "application/json")}>
                    {name}
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        {result.file && <Install w={w} isMDM={isMDM} file={result.file} mobile={mobile} mac={mac} />}
      </section>
      {then.length > 0 && (
        <section class="card" aria-labelledby="make-rest">
          <h2 id="make-rest">{w["serve.rest"]}</h2>
          <p>{w["serve.rest.why"]}</p>
          <p class="progress" role="status">
            {fill(t.progress, { done: all.filter((key) => ticked.value.has(key)).length, all: all.length })}
          </p>
          <Steps of={then} mark={w.mark ?? ""} />
          <p>
            <strong>{w.check}:</strong> {w.checking}
          </p>
          {causes.some((cause) => cause.steps.some((step) => step.unseen)) && <p class="faint small">{fill(w.names ?? "", { mark: w.mark ?? "" })}</p>}
        </section>
      )}
    </div>
  );
}

const addressOf = (m: NonNullable<typeof made.value>) => readyAddress(m.language, m.dns, m.exempt, m.result.file);

const keyOf = (cause: MadeCause, step: MadeStep) => [cause.intent, ...step.path].join("\n");

function Steps({ of, mark }: { of: MadeCause[]; mark: string }) {
  return (
    <>
      {of.map((cause) => (
        <fieldset class="steps">
          <legend>{cause.title}</legend>
          {cause.steps.map((step) => (
            <Step step={step} of={keyOf(cause, step)} mark={mark} />
          ))}
        </fieldset>
      ))}
    </>
  );
}

function Step({ step, of, mark }: { step: MadeStep; of: string; mark: string }) {
  const path = step.path.slice(0, -1);
  return (
    <label class="step">
      <input
        type="checkbox"
        checked={ticked.value.has(of)}
        onChange={(event) => {
          const next = new Set(ticked.value);
          if (event.currentTarget.checked) next.add(of);
          else next.delete(of);
          ticked.value = next;
        }}
      />
      <span>
        {path.length > 0 && (
          <span class="path">
            {path.map((name) => (
              <>
                {name} <span aria-hidden="true">› </span>
              </>
            ))}
          </span>
        )}
        <strong>
          {step.path.at(-1)}: {step.value}
        </strong>
        {step.unseen && <span class="mark"> {mark}</span>}
      </span>
    </label>
  );
}

interface ButtonProps {
  t: Texts;
  w: Record<string, string>;
  result: Made;
  address: string | undefined;
  isMDM: boolean;
}

function Button({ t, w, result, address: ready, isMDM }: ButtonProps) {
  const of = device(platform.value);
  const { isHere, takes, browser: name, platform: own } = browser.value;
  const isOwn = isHere && own === of.platform && !isMDM;
  const expected = wayOf(ready);
  const note = !isOwn || of.platform === "macOS" ? undefined : takes === "saves" ? fill(t.saves, { browser: name }) : takes === "app" ? t.inApp : t[`way.${expected}`];
  const hasBrowser = ["iOS", "iPadOS", "macOS", "visionOS"].includes(of.platform); // only these: have Safari
  return (
    <>
      {isMDM && <p>{t.forAdmin}</p>}
      <a
        class="button main big"
        href={ready ?? `./made/${encodeURIComponent(result.file)}`}
        type="application/x-apple-aspen-config"
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          void latest().then(async (m) => {
            if (m.result.file) handed.value = await hand(m.result.file, m.files[m.result.file]!, addressOf(m));
          });
        }}
      >
        {isOwn ? fill(w["serve.button.on"] ?? "", { devices: of.name }) : t.download}
      </a>
      <div class="after" role="status">
        {handed.value && <p class="good">{t.taken}</p>}
      </div>
      {note && (
        <p class={takes === "asks" ? "" : "warn"}>
          {note} <span class="badge">{t.untested}</span>
        </p>
      )}
      {!isOwn && !isMDM && hasBrowser && <p>{fill(t.open, { device: of.name })}</p>}
      <p class="small">
        {t.nothingHappened}{" "}
        <button type="button" class="link" onClick={() => void saveFile((result) => result.file, "application/x-apple-aspen-config").then(() => (handed.value = "file"))}>
          {t.saveFile}
        </button>
      </p>
      {!isMDM && (
        <p class="small">
          <strong>{w["serve.unsigned"]}</strong> {w["serve.unsigned.why"]}
        </p>
      )}
    </>
  );
}

// Install is the way through Settings, in the words of the install page.
function Install({ w, isMDM, file, mobile, mac }: { w: Record<string, string>; isMDM: boolean; file: string; mobile: string; mac: string }) {
  if (isMDM) return <p>{w["install.mdm"]}</p>;
  switch (platform.value) {
    case "macOS":
      return (
        <>
          <h2>{w["serve.mac"]}</h2>
          <ol>
            <li>{fill(w["install.mac"] ?? "", { file, path: mac })}</li>
          </ol>
          <Remove w={w} path={mac} />
        </>
      );
    case "iOS":
    case "iPadOS":
    case "visionOS": // only these: have Safari, and Settings that install what it got
      return (
        <>
          <h2>{platform.value === "visionOS" ? device("visionOS").name : w["serve.mobile"]}</h2>
          <ol>
            <li>{w["serve.mobile.open"]}</li>
            <li>{fill(w["serve.mobile.settings"] ?? "", { path: mobile })}</li>
            <li>
              {w["serve.mobile.install"]} {platform.value === "iOS" && w["serve.mobile.stolen"]}
            </li>
            <li>{w["serve.mobile.file"]}</li>
          </ol>
          <details>
            <summary>{w["serve.airdrop"]}</summary>
            <p>{w["serve.airdrop.how"]}</p>
          </details>
          <Remove w={w} path={mobile} />
        </>
      );
  }
  return <p>{fill(w["install.other"] ?? "", { file })}</p>;
}

function Remove({ w, path }: { w: Record<string, string>; path: string }) {
  return (
    <details>
      <summary>{w["serve.remove"]}</summary>
      <p>{fill(w.remove ?? "", { path })}</p>
    </details>
  );
}

function Foot({ t, label }: { t: Texts; label: string }) {
  return (
    <footer class="make-foot">
      <h2>{t.more}</h2>
      {made.value && (
        <p>
          <button type="button" class="link" onClick={() => void saveFile((result) => result.template, "application/yaml")}>
            {t.asTemplate}
          </button>{" "}
          {t.asTemplateHelp}
        </p>
      )}
      <p>
        <a href={address("edit")}>{t.admin}</a> {t.adminHelp}
      </p>
      <nav aria-label={label}>
        <ul class="languages">
          {languages.map((l) => (
            <li>
              <a href={address("make", l.tag)} lang={l.tag} hreflang={l.tag} aria-current={l.tag === language.value ? "true" : undefined}>
                {l.name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </footer>
  );
}
