// What is being checked: kept while the person looks at other parts of the page, and gone with the page.
import { computed, effect, signal } from "@preact/signals";
import { job, type EngineError, type Files, type Job } from "../engine";
import type { Checked, Diagnostic, Hunk } from "../results";
import { unique, type Given } from "../ui/given";

export const files = signal<Files>({});
export const originals = signal<Files>({}); // of the files that were corrected here
export const steps = signal<{ file: string; title: string; hunks: Hunk[]; before: Uint8Array }[]>([]);
export const skipped = signal<string[]>([]);
export const targets = signal<string[]>([]);
export const server = signal("");
export const separate = signal(false);
export const names = computed(() => Object.keys(files.value));

export const checked = signal<Checked | undefined>(undefined);
export const trouble = signal<EngineError | undefined>(undefined);
export const progress = signal<{ done: number; all: number } | undefined>(undefined);

export const params = () => ({ targets: targets.value, server: server.value, separate: separate.value });

let running: Job<unknown> | undefined;
export const cancel = () => running?.cancel();

// run does one thing at a time: a newer one takes the place of an older one.
async function run<T>(make: (step: (done: number, all: number) => void) => Job<T>): Promise<{ result: T; files: Files } | undefined> {
  running?.cancel();
  progress.value = { done: 0, all: names.value.length };
  const mine = make((done, all) => {
    if (running === mine) progress.value = { done, all };
  });
  running = mine;
  try {
    const answer = await mine.answer;
    if (running !== mine) return undefined;
    trouble.value = undefined;
    return answer;
  } catch (error) {
    if (running === mine) trouble.value = error as EngineError;
    return undefined;
  } finally {
    if (running === mine) {
      running = undefined;
      progress.value = undefined;
    }
  }
}

export async function check() {
  if (names.value.length === 0) {
    running?.cancel();
    running = undefined;
    progress.value = checked.value = trouble.value = undefined;
    return;
  }
  const answer = await run((step) => job("lint", params(), files.value, step));
  if (answer) checked.value = answer.result;
}
effect(() => {
  void [files.value, targets.value, server.value, separate.value];
  queueMicrotask(() => void check());
});

// fix corrects one finding of a file, or all that have a safe correction, or the unsafe ones too.
export async function fix(file: string | undefined, only?: Diagnostic, unsafe = false) {
  const of: Files = file === undefined ? files.value : { [file]: files.value[file]! };
  const answer = await run((step) => job("fix", { ...params(), unsafeFixes: unsafe, only: only?.fingerprint }, of, step));
  if (!answer) return;
  const written = Object.entries(answer.files);
  if (written.length === 0) {
    trouble.value = Object.assign(new Error("nothing was corrected: the correction does not fit the rest of the file"), { hint: undefined });
    return;
  }
  steps.value = [
    ...written.map(([name]) => ({
      file: name,
      title: only?.fix?.title ?? (unsafe ? "all corrections" : "all safe corrections"),
      hunks: answer.result.files.find((f) => f.file === name)?.hunks ?? [],
      before: files.value[name]!,
    })),
    ...steps.value,
  ];
  originals.value = { ...Object.fromEntries(written.map(([name]) => [name, files.value[name]!])), ...originals.value };
  files.value = { ...files.value, ...answer.files };
}

export function undo(file: string) {
  const i = steps.value.findIndex((step) => step.file === file);
  if (i < 0) return;
  files.value = { ...files.value, [file]: steps.value[i]!.before };
  steps.value = steps.value.filter((_, at) => at !== i);
  if (!steps.value.some((step) => step.file === file)) {
    const { [file]: _, ...others } = originals.value;
    originals.value = others;
  }
}

export function add(given: Given) {
  skipped.value = given.skipped;
  if (Object.keys(given.files).length === 0) return;
  const all = { ...files.value };
  for (const [name, data] of Object.entries(given.files)) all[unique(all, name)] = data;
  files.value = all;
}

export function remove(name: string) {
  const { [name]: _, ...others } = files.value;
  files.value = others;
}

export function clear() {
  files.value = originals.value = {};
  steps.value = [];
  skipped.value = [];
}
