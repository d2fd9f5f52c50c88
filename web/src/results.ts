// Types of the engine's methods and results, generated from the Go types: go test ./internal/web -run TestTypes -update

export interface Methods {
  choices: { params: {}; result: ChoicesResult };
  fix: { params: CheckParams; result: LintedFileCollection };
  lint: { params: CheckParams; result: LintedFileCollection };
  make: { params: MakeParams; result: Made };
  makeWords: { params: WordsParams; result: MakeWords };
  version: { params: {}; result: string };
}

export interface CheckParams {
  targets?: string[];
  server?: string;
  separate?: boolean;
  unsafeFixes?: boolean;
}

export interface ChoicesResult {
  platforms: PlatformChoice[];
  enrollments: EnrollmentChoice[];
  servers: ServerChoice[];
  version: string;
}

export interface Diagnostic {
  rule: string;
  severity: "error" | "warning" | "note";
  message: string;
  help?: string;
  file?: string;
  start?: Position;
  end?: Position;
  path?: string;
  related?: { message: string; file?: string; start?: Position; end?: Position }[];
  fix?: Fix;
  fingerprint?: string;
}

export interface Position {
  line: number;
  column: number;
}

export interface Fix {
  title: string;
  unsafe: boolean;
  edits: { file?: string; start?: Position; end?: Position; text: string }[];
}

export interface EnrollmentChoice {
  id: string;
  name: string;
}

export interface Failure {
  message: string;
  hint?: string;
}

export interface LintFooter {
  unread: Unread[];
  errors: number;
  warnings: number;
  notes: number;
  ignored: number;
  baselined: number;
  gone: number;
  fixed: number;
  statistics: RuleCount[];
  refused: Refused[];
}

export interface LintHeader {
  version: number;
  syncguard: string;
  targetNotes?: string[];
}

export interface LintedFile {
  file: string;
  kind: string;
  format: string;
  signed: boolean;
  encrypted: boolean;
  findings: Diagnostic[];
}

export interface LintedFileCollection {
  header: LintHeader;
  files: LintedFile[];
  footer: LintFooter | null;
}

export interface Made {
  template: string;
  file: string;
  declarations: string[];
  causes: MadeCause[];
}

export interface MadeCause {
  intent: string;
  title: string;
  class: string;
  does: string[];
  first: boolean;
  steps: MadeStep[];
  notes: MadeNote[];
}

export interface MadeNote {
  text: string;
  source: string;
}

export interface MadeStep {
  path: string[];
  value: string;
  unseen?: boolean;
}

export interface MakeParams {
  target: string;
  dns?: string;
  exempt?: string[];
  language: string;
}

export interface MakeWords {
  texts: Record<string, string> | null;
  mobile: string;
  mac: string;
}

export interface PlatformChoice {
  name: string;
  versions: string[];
  enrollments: string[];
}

export interface Refused {
  file: string;
  message: string;
}

export interface RuleCount {
  rule: string;
  errors: number;
  warnings: number;
  notes: number;
  fixable: number;
  unsafelyFixable: number;
}

export interface ServerChoice {
  id: string;
  name: string;
}

export interface Unread {
  file: string;
  message: string;
}

export interface WordsParams {
  language: string;
}
