// The parts of the page, in their order.
import type { ComponentType } from "preact";
import { Check } from "./check/check";
import { Edit } from "./edit/edit";
import { Lookup } from "./lookup/lookup";
import { Make } from "./make/make";
import { Compare } from "./compare/compare";

export interface Tab {
  label: string;
  routes: string[]; // names of routes, the tab's own first
  View: ComponentType;
}

export const tabs: Tab[] = [
  { label: "Make", routes: ["make"], View: Make },
  { label: "Edit", routes: ["edit"], View: Edit },
  { label: "Check", routes: ["check"], View: Check },
  { label: "Look up", routes: ["find", "type", "key", "rule"], View: Lookup },
  { label: "Compare", routes: ["compare"], View: Compare },
];
