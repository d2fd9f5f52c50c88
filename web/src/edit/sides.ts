import type { ComponentType } from "preact";
import type { Doc } from "./document";

// The form and the maker of new documents, of their own part of the page.
const parts = import.meta.glob<Record<string, unknown>>("../forms/{form,new}.tsx", { eager: true });
export const FormSide = parts["../forms/form.tsx"]?.FormSide as ComponentType<{ doc: Doc }> | undefined;
export const NewDocument = parts["../forms/new.tsx"]?.NewDocument as ComponentType<{ onMade: (name: string, text: string) => void }> | undefined;
