import "./lookup.css";
import { route } from "../route";
import { Find } from "./find";
import { Rule } from "./rule";
import { Show } from "./show";

// Lookup shows the catalog: what there is, and what it does.
export function Lookup() {
  switch (route.value.name) {
    case "type":
    case "key":
      return <Show key={location.hash} />;
    case "rule":
      return <Rule key={location.hash} />;
  }
  return <Find />;
}

// A slash goes to the search, from wherever nothing is typed.
document.addEventListener("keydown", (event) => {
  const at = event.target as HTMLElement;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
  event.preventDefault();
  if (route.value.name !== "find") location.hash = "#/find";
  requestAnimationFrame(() => document.getElementById("find")?.focus());
});
