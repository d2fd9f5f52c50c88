// The title of the document: what a view shows, before the name of the program.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export const title = signal("");

// useTitle sets the title while the view is shown.
export function useTitle(text: string) {
  useEffect(() => {
    title.value = text;
    return () => (title.value = "");
  }, [text]);
}
