// Words for the catalog's own.
export const families: [family: string, heading: string, one: string][] = [
  ["payload", "Payloads", "payload"],
  ["configuration", "Configurations", "declaration"],
  ["asset", "Assets", "declaration"],
  ["activation", "Activations", "declaration"],
  ["management", "Management", "declaration"],
  ["credential", "Credentials of assets", "credential"],
  ["status", "Status items", "status items"],
  ["preferences", "Preference domains", "preference domain"],
  ["envelope", "Around payloads and declarations", "keys of every profile"],
];

export const familyName = (family: string) => families.find(([f]) => f === family)?.[2] ?? family;

// editable are the families that the editor makes.
export const editable = (family: string) => ["payload", "configuration", "asset", "activation", "management"].includes(family);

// valueText writes a value of the catalog as a person does.
export const valueText = (value: unknown) => (typeof value === "string" ? value || '""' : JSON.stringify(value));
