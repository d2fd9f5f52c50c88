// A new profile or declaration of any type.
import "./forms.css";
import { computed, signal, useSignal } from "@preact/signals";
import { call, type EngineError } from "../engine";
import { route } from "../route";
import { Trouble } from "../ui/trouble";
import { TypeSearch } from "./types";

export const organization = signal(""); // kept while the page is open

// wantedType is the type that the address asks for: #/edit/new/TYPE.
export const wantedType = computed(() => (route.value.name === "edit" && route.value.path[0] === "new" ? (route.value.path[1] ?? "") : ""));

// answered ends what the address asks for.
export function answered() {
  if (!wantedType.peek()) return;
  history.replaceState(null, "", "#/edit");
  route.value = { name: "edit", path: [] };
}

// NewDocument begins a profile with one payload, or a declaration.
export function NewDocument({ onMade }: { onMade: (name: string, text: string) => void }) {
  const trouble = useSignal<EngineError | undefined>(undefined);
  return (
    <div class="new">
      <label class="field">
        <span>Your domain, reversed</span>
        <input
          value={organization.value}
          placeholder="com.example"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          onInput={(event) => (organization.value = event.currentTarget.value.trim())}
        />
        <span class="help">Identifiers begin with it. Keep it: a device updates a profile by its identifier.</span>
      </label>
      <TypeSearch
        key={wantedType.value}
        start={wantedType.value}
        label="What should it set?"
        keep={() => true}
        choose={(entry) => {
          call("minimal", { type: entry.id, organization: organization.value }).then(
            ({ result }) => {
              answered();
              onMade(result.name, result.text);
            },
            (error) => (trouble.value = error as EngineError),
          );
        }}
      />
      {trouble.value && <Trouble error={trouble.value} />}
    </div>
  );
}
