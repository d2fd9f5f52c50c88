// Files that a person gives: dropped, chosen or pasted.
import type { Files } from "../engine";

export const maxBytes = 200 << 20;
export const maxFiles = 20000;
const atOnce = 256; // files read side by side

// In a folder only these are looked for, as the program does; a file named by itself may have any name.
const wanted = /\.(mobileconfig|json|ya?ml)$/i;

export interface Given {
  files: Files;
  skipped: string[]; // what was not taken, and why
}

interface Found {
  name: string;
  file: File;
}

// read reads files up to the limits.
async function read(found: Found[]): Promise<Given> {
  const given: Given = { files: {}, skipped: [] };
  let bytes = 0;
  let left = 0;
  const taken: { name: string; file: File }[] = [];
  const names: Record<string, true> = {};
  for (const { name, file } of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (bytes + file.size > maxBytes || taken.length >= maxFiles) {
      left++;
      continue;
    }
    bytes += file.size;
    const own = unique(names, clean(name));
    names[own] = true;
    taken.push({ name: own, file });
  }
  for (let i = 0; i < taken.length; i += atOnce) {
    const some = taken.slice(i, i + atOnce);
    const read = await Promise.allSettled(some.map(({ file }) => file.arrayBuffer()));
    for (const [at, result] of read.entries()) {
      const { name } = some[at]!;
      if (result.status === "fulfilled") given.files[name] = new Uint8Array(result.value);
      else given.skipped.push(`${name} cannot be read`);
    }
  }
  if (left > 0)
    given.skipped.push(
      `${left} ${left === 1 ? "file was" : "files were"} left out: a page takes ${maxFiles.toLocaleString("en")} files with ${maxBytes >> 20} MB in all; use the program for more`,
    );
  return given;
}

// clean makes a name that cannot leave the folder, and is neither the program's word for its input nor the script language's own.
export function clean(name: string): string {
  const parts = name.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
  const cleaned = parts.join("/").slice(-400);
  return cleaned === "" || cleaned === "-" || cleaned === "__proto__" ? "file" : cleaned;
}

export function unique(files: Record<string, unknown>, name: string): string {
  if (!Object.hasOwn(files, name)) return name;
  const dot = name.lastIndexOf(".") > name.lastIndexOf("/") + 1 ? name.lastIndexOf(".") : name.length;
  for (let i = 2; ; i++) {
    const next = `${name.slice(0, dot)} (${i})${name.slice(dot)}`;
    if (!Object.hasOwn(files, next)) return next;
  }
}

// fromList takes files from a control; those of a folder have a path.
export function fromList(list: FileList): Promise<Given> {
  const all = [...list].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
  const isHidden = (name: string) => name.split("/").slice(0, -1).some((part) => part.startsWith("."));
  return read(all.filter(({ name, file }) => !file.webkitRelativePath || (wanted.test(name) && !isHidden(name))));
}

// fromDrop takes files and folders.
export async function fromDrop(data: DataTransfer): Promise<Given> {
  const entries = [...data.items].filter((item) => item.kind === "file").map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: Found[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, found);
    else if (file) found.push({ name: file.name, file });
  }
  if (entries.length === 0) {
    const text = data.getData("text/plain");
    return text ? fromText(text) : { files: {}, skipped: [] };
  }
  return read(found);
}

async function walk(folder: FileSystemDirectoryEntry, found: Found[]) {
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (found.length > maxFiles) return;
      if (entry.isDirectory) {
        if (!entry.name.startsWith(".")) await walk(entry as FileSystemDirectoryEntry, found);
      } else if (wanted.test(entry.name)) {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
        found.push({ name: entry.fullPath.replace(/^\//, ""), file });
      }
    }
  }
}

// fromText takes pasted text, and names it after its form.
export function fromText(text: string, name = "pasted"): Given {
  const begin = text.trimStart();
  const end = begin.startsWith("{") ? ".json" : begin.startsWith("<") || begin.startsWith("bplist") ? ".mobileconfig" : ".yaml";
  return { files: { [name + end]: new TextEncoder().encode(text) }, skipped: [] };
}
