// What the fields of one form share.
import type { Doc, Node, Path } from "../edit/document";
import type { Diagnostic, KeyEffect } from "../results";

export interface Named {
  type: string;
  title: string;
  uuid: string; // PayloadUUID, or the id in a template
}

export interface Scope {
  doc: Doc;
  disabled: boolean; // the text cannot be read
  type: string; // of the payload or declaration
  top: Path; // where its keys are
  findings: Map<string, Diagnostic[]>; // by path
  effects: Map<string, KeyEffect[]>; // by TYPE.KEY
  payloads: Named[]; // the others in the file
}

// pathText writes a path as findings have it.
export function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[-A-Za-z0-9_]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text ? `.${step}` : step;
  }
  return text;
}

export const fieldOf = (node: Node | undefined, key: string) => node?.fields?.findLast((f) => f.key === key)?.value;
export const textOf = (node: Node | undefined, key: string) => fieldOf(node, key)?.text ?? "";

export const words: Record<string, string> = {
  boolean: "true or false",
  integer: "whole number",
  real: "number",
  string: "text",
  data: "data",
  date: "date",
  array: "list",
  dictionary: "dictionary",
  null: "nothing",
};
