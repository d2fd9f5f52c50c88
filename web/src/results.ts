// Types of the engine's methods and results, generated from the Go types: go test ./internal/web -run TestTypes -update

export interface Methods {
  asTemplate: { params: {}; result: string };
  assign: { params: AssignOptions; result: AssignResult };
  choices: { params: {}; result: ChoicesResult };
  compare: { params: CompareParams; result: Compared };
  coverage: { params: CoverageParams; result: CoverageShown };
  describeData: { params: DataParams; result: DescribedData };
  effects: { params: EffectParams; result: KeyEffects };
  explain: { params: CellParams; result: KeyExplanation };
  find: { params: FindParams; result: Found };
  fix: { params: CheckParams; result: Checked };
  form: { params: FormParams; result: Form };
  formTypes: { params: {}; result: FormTypes };
  inspect: { params: InspectParams; result: Contents };
  keySearch: { params: KeySearchParams; result: SchemaFound };
  lint: { params: CheckParams; result: Checked };
  list: { params: {}; result: SchemaListed };
  lookup: { params: KeyParams; result: KeyTables };
  make: { params: MakeParams; result: Made };
  makeWords: { params: WordsParams; result: MakeWords };
  minimal: { params: MinimalParams; result: Minimal };
  open: { params: {}; result: OpenedText };
  report: { params: ReportParams; result: string };
  rule: { params: NameParams; result: RulePage };
  rules: { params: {}; result: RulesListed };
  show: { params: NameParams; result: SchemaShown };
  sign: { params: SignParams; result: SignedProfile };
  starter: { params: Starter; result: string };
  tree: { params: TreeOptions; result: TreeResult };
  verify: { params: VerifyParams; result: Verified };
  version: { params: {}; result: string };
}

export interface Answer {
  ok: boolean;
  reason: string;
  detail: string;
  help?: string;
  asked: boolean;
}

export interface AppSigner {
  name: string;
  development: boolean;
  sha256: string;
  notAfter: string;
  key: string;
}

export interface AssignOptions {
  name: string;
  text: string;
  change: string;
  path: unknown[];
  value?: TreeValue;
  to?: number;
  key?: string;
}

export interface AssignResult {
  edits: TextEdit[];
}

export interface CellParams {
  id: string;
  family?: string;
  path?: string;
  value: string;
  target: string;
}

export interface Certificate {
  name: string;
  subject: string;
  issuer: string;
  serial: string;
  notBefore: string;
  notAfter: string;
  sha256: string;
  key: string;
  ca: boolean;
  expired: boolean;
}

export interface Change {
  kind: string;
  path: string;
  identity: boolean;
  note?: string;
  old?: unknown;
  new?: unknown;
  secret: boolean;
}

export interface CheckParams {
  targets?: string[];
  server?: string;
  separate?: boolean;
  unsafeFixes?: boolean;
  only?: string;
}

export interface Checked {
  header: LintHeader;
  files: CheckedFile[];
  footer: LintFooter | null;
  fixable: number;
  unsafelyFixable: number;
}

export interface CheckedFile {
  file: string;
  kind: string;
  format: string;
  signed: boolean;
  encrypted: boolean;
  findings: Diagnostic[];
  excerpts: Excerpt[];
  hunks: Hunk[];
}

export interface ChoicesResult {
  platforms: PlatformChoice[];
  enrollments: EnrollmentChoice[];
  servers: ServerChoice[];
  version: string;
}

export interface ClassMeaning {
  class: string;
  meaning: string;
}

export interface CmsCertificate {
  role: string;
  name: string;
  subject: string;
  issuer: string;
  serial: string;
  notBefore: string;
  notAfter: string;
  sha256: string;
  key: string;
  signature: string;
  usages: string[];
  embedded: boolean;
}

export interface CompareParams {
  old: string;
  new: string;
}

export interface Compared {
  difference: Difference | null;
  topLevel: ComparedKey[];
  payloads: ComparedPayload[];
  markdown: string;
}

export interface ComparedKey {
  kind: string;
  path: string;
  old: string;
  new: string;
  secret: boolean;
  identity: boolean;
  note: string;
}

export interface ComparedPayload {
  kind: string;
  type: string;
  name: string;
  reinstalled: boolean;
  keys: ComparedKey[];
}

export interface Consequence {
  id: string;
  severity: string;
  source: string;
  community: boolean;
  payload?: string;
  text: string;
  help?: string;
}

export interface Contents {
  files: Inspected[];
  unread: string[];
  broken: Diagnostic[];
}

export interface CoverageCell {
  intent: string;
  file?: string;
  value?: string;
  target: string;
  readAs?: string;
  class: string;
  missing?: boolean;
  mechanism: string;
  condition: string;
  source: string;
  verified: boolean;
  notes: Note[];
  settings: Setting[];
  story?: string[];
}

export interface CoverageParams {
  targets?: string[];
  explain?: string;
  keys?: boolean;
}

export interface CoverageShown {
  cells: CoverageCell[];
  findings: Diagnostic[];
  classes: ClassMeaning[];
}

export interface Data {
  kind: string;
  size: number;
  sha256?: string;
  certificates?: Certificate[];
}

export interface DataParams {
  data: string;
}

export interface DescribedData {
  kind: string;
  size: number;
  sha256?: string;
  certificates?: Certificate[];
}

export interface Description {
  text: string;
  source: string;
  own?: boolean;
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

export interface DiffLine {
  kind: string;
  text: string;
}

export interface Difference {
  old: string;
  new: string;
  kind: string;
  name: string;
  identifier: string;
  identityOnly: boolean;
  signature: string;
  severity: string;
  consequences: Consequence[];
  changes: Change[];
  payloads: Payload[];
}

export interface Document {
  kind: string;
  envelope: Node[];
  payloads: InspectPayload[];
}

export interface EffectClass {
  class: string;
  label: string;
  meaning: string;
}

export interface EffectParams {
  targets: string[];
}

export interface Encrypted {
  cipher: string;
  size: number;
  recipients: Recipient[];
  problem?: string;
}

export interface EnrollmentChoice {
  id: string;
  name: string;
}

export interface Excerpt {
  line: number;
  before: string;
  marked: string;
  after: string;
}

export interface Failure {
  message: string;
  hint?: string;
}

export interface FindParams {
  query: string;
  kind?: string;
  limit: number;
}

export interface Finding {
  id: string;
  weight: string;
  message: string;
  help?: string;
  evidence?: string;
}

export interface Form {
  name: string;
  title: string;
  types: SchemaType[];
  around: SchemaType | null;
  hints: Record<string, FormHint> | null;
}

export interface FormEntry {
  id: string;
  payloadType: string;
  family: string;
  platforms: SchemaLifecycle[];
  title: string;
  keys: string[];
}

export interface FormHint {
  references?: string[];
  sense?: string;
  schemes?: string[];
  octets?: number;
  secret?: boolean;
  oneOf?: string[][];
}

export interface FormParams {
  type: string;
}

export interface FormTypes {
  types: FormEntry[];
}

export interface Found {
  hits: Hit[];
  total: number;
  corrected?: string;
  some?: boolean;
}

export interface Hit {
  kind: string;
  id: string;
  family?: string;
  path?: string;
  type?: string;
  description?: string;
}

export interface Hunk {
  line: number;
  lines: DiffLine[];
}

export interface Identity {
  name: string;
  file: string;
  development: boolean;
  key: string;
  hasKey: boolean;
  daysLeft: number;
  keyUsage: string[];
  extendedKeyUsage: string[];
  chain: IdentityCertificate[];
  verdict: string;
  root: string;
  otherRoot?: string;
  appleRoot?: boolean;
  findings: Finding[];
}

export interface IdentityCertificate {
  name: string;
  subject: string;
  issuer: string;
  serial: string;
  notBefore: string;
  notAfter: string;
  sha256: string;
  key: string;
  signedWith: string;
  embedded: boolean;
  file?: string;
}

export interface InspectParams {
  targets?: string[];
  roots?: string[];
  showSecrets?: boolean;
}

export interface InspectPayload {
  index: number;
  type: string;
  types: Type[];
  obstacles: Obstacle[];
  keys: Node[];
}

export interface Inspected {
  file: string;
  format: string;
  size: number;
  signature: VerifiedFile | null;
  encrypted: Encrypted | null;
  errors: number;
  defect?: string;
  kind: string;
  envelope: Node[];
  payloads: InspectPayload[];
}

export interface KeyEffect {
  key: string;
  value?: string;
  target: string;
  class: string;
  condition: string;
}

export interface KeyEffects {
  keys: KeyEffect[];
}

export interface KeyExplanation {
  target: string;
  class: EffectClass;
  sentences: string[];
  sources: string[];
}

export interface KeyFacts {
  name: string;
  path: string;
  element?: boolean;
  type: string;
  required: boolean;
  default?: unknown;
  rangelist?: unknown[];
  unit?: string;
  min?: number;
  max?: number;
  format?: string;
  subtype?: string;
  minitems?: number;
  maxitems?: number;
  combinetype?: string;
  assettypes?: string[];
  "asset-content-types"?: string[];
  replacement?: string;
  dropped?: boolean;
  community?: boolean;
  platforms: OnPlatform[];
  title?: string;
  description?: Description;
  repeats?: string;
  keys?: KeyFacts[];
}

export interface KeyParams {
  id: string;
  family?: string;
  path?: string;
}

export interface KeySearchParams {
  query: string;
}

export interface KeyTables {
  id: string;
  family: string;
  path: string;
  variants: ValueEffects[];
  notes: NumberedNote[];
  legend: EffectClass[];
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

export interface Minimal {
  name: string;
  text: string;
  payload: TreeValue;
}

export interface MinimalParams {
  type: string;
  organization?: string;
  profile?: string;
  taken?: string[];
}

export interface NameParams {
  name: string;
}

export interface Node {
  key: string;
  index?: number;
  type: string;
  value?: unknown;
  secret?: boolean;
  unknown?: boolean;
  community?: boolean;
  managed?: string;
  types?: string[];
  schema?: KeyFacts;
  obstacles?: Obstacle[];
  data?: Data;
  inside?: Document;
  keys?: Node[];
}

export interface Note {
  text: string;
  evidence: string;
  source: string;
}

export interface NumberedNote {
  text: string;
  evidence: string;
  source: string;
}

export interface Obstacle {
  target: string;
  text: string;
  blocks: boolean;
}

export interface OnPlatform {
  platform: string;
  available: boolean;
  introduced?: string;
  deprecated?: string;
  removed?: string;
  multiple?: boolean;
  supervised?: boolean;
  allowmanualinstall?: boolean;
  requiresdep?: boolean;
  userapprovedmdm?: boolean;
  devicechannel?: boolean;
  userchannel?: boolean;
  userenrollment?: string;
  sharedipad?: SharedIPad;
  "allowed-enrollments"?: string[];
  "allowed-scopes"?: string[];
  beta?: boolean;
}

export interface OpenedText {
  text: string;
  format: string;
  converted: boolean;
  signed: boolean;
  encrypted: boolean;
  signature: VerifiedFile | null;
  problem?: string;
}

export interface Page {
  id: string;
  summary: string;
  severity: string;
  groups: string[];
  since: string;
  why: string;
  fix?: string;
  sources: string[];
  command: string;
  options?: string;
}

export interface Payload {
  kind: string;
  type: string;
  name: string;
  identifier: string;
  reinstalled: boolean;
  changes: Change[];
}

export interface PlatformChoice {
  name: string;
  versions: string[];
  enrollments: string[];
}

export interface PlatformEffects {
  platforms: string[];
  versions: string[];
  ways: WayEffects[];
}

export interface Recipient {
  issuer?: string;
  serial?: string;
  keyIdentifier?: string;
}

export interface Refused {
  file: string;
  message: string;
}

export interface ReportParams {
  targets?: string[];
  server?: string;
  separate?: boolean;
  unsafeFixes?: boolean;
  only?: string;
  format: string;
}

export interface RuleCount {
  rule: string;
  errors: number;
  warnings: number;
  notes: number;
  fixable: number;
  unsafelyFixable: number;
}

export interface RuleFile {
  file: string;
  text?: string;
  base64?: string;
}

export interface RulePage {
  id: string;
  summary: string;
  severity: string;
  groups: string[];
  since: string;
  why: string;
  fix?: string;
  sources: string[];
  command: string;
  options?: string;
  bad: RuleFile[];
  good: RuleFile[];
}

export interface RulesListed {
  rules: Page[];
}

export interface SchemaEntry {
  id: string;
  payloadType: string;
  family: string;
  platforms: SchemaLifecycle[];
}

export interface SchemaFound {
  matches: SchemaMatch[];
}

export interface SchemaLifecycle {
  platform: string;
  introduced?: string;
  deprecated?: string;
  removed?: string;
}

export interface SchemaListed {
  types: SchemaEntry[];
}

export interface SchemaMatch {
  id: string;
  family: string;
  path?: string;
  type?: string;
  description?: Description;
}

export interface SchemaShown {
  types: SchemaType[];
}

export interface SchemaType {
  id: string;
  payloadType: string;
  family: string;
  path?: string;
  apply?: string;
  replacement?: string;
  title?: string;
  description?: Description;
  platforms: OnPlatform[];
  keys: KeyFacts[];
  sources: Source[];
  unsure: string[];
}

export interface ServerChoice {
  id: string;
  name: string;
}

export interface Setting {
  path: string[];
  value: string;
  evidence: string;
}

export interface SharedIPad {
  mode?: string;
  devicechannel?: boolean;
  userchannel?: boolean;
  "allowed-scopes"?: string[];
}

export interface SignParams {
  profile: string;
  identity: string;
  passphrase?: string;
}

export interface SignResult {
  signer: AppSigner | null;
  digest: string;
  signingTime: string;
  written: boolean;
  files: SignedFile[];
  findings: Diagnostic[];
}

export interface SignedFile {
  file: string;
  output: string;
  size: number;
  sha256: string;
  contentSHA256: string;
  replaced: boolean;
}

export interface SignedProfile {
  signed: SignResult | null;
  identity: Identity | null;
}

export interface Signer {
  name: string;
  sha256: string;
  digest: string;
  key: string;
  signingTime?: string;
  signedAttributes: string[];
  unsignedAttributes: string[];
  integrity: Answer;
  trust: Answer;
  validity: Answer;
  revocation: string;
}

export interface Source {
  name: string;
  version?: string;
  path?: string;
}

export interface Starter {
  name: string;
  identifier: string;
}

export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

export interface TextProblem {
  message: string;
  help?: string;
  line: number;
  start: number;
  end: number;
}

export interface TreeField {
  key: string;
  value: TreeValue;
}

export interface TreeNode {
  kind: string;
  text?: string;
  start: number;
  end: number;
  items?: TreeNode[];
  fields?: TreeNodeField[];
}

export interface TreeNodeField {
  key: string;
  keyStart: number;
  keyEnd: number;
  value: TreeNode;
}

export interface TreeOptions {
  name: string;
  text: string;
}

export interface TreeResult {
  kind: string;
  format: string;
  tree?: TreeNode;
  problem?: TextProblem;
}

export interface TreeValue {
  kind: string;
  text?: string;
  items?: TreeValue[];
  fields?: TreeField[];
}

export interface Type {
  id: string;
  family: string;
  title?: string;
  replacement?: string;
  platforms: OnPlatform[];
  source: string;
}

export interface Unread {
  file: string;
  message: string;
}

export interface ValueEffects {
  values: string[];
  platforms: PlatformEffects[];
  missing: string[];
}

export interface Verified {
  files: VerifiedFile[];
  trusts: string;
  unread: string[];
}

export interface VerifiedFile {
  file: string;
  ok: boolean;
  integrity: Answer;
  trust: Answer;
  validity: Answer;
  revocation: string;
  form: string;
  size: number;
  sha256: string;
  signers: Signer[];
  certificates: CmsCertificate[];
  warnings: string[];
  notes: string[];
}

export interface VerifyParams {
  roots?: string[];
  pin?: string;
  at?: string;
  crls?: string[];
}

export interface VersionEffect {
  class: string;
  evidence: string;
  notes: number[];
  target: string;
}

export interface WayEffects {
  name: string;
  cells: VersionEffect[];
}

export interface WordsParams {
  language: string;
}
