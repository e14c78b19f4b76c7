// SPDX-License-Identifier: Apache-2.0
//
// The data of a report, format "cupel-report/1": what the C++ side writes into the template and this viewer shows.
// The same thing three times, kept equal by a test: here as types, in schema/report.schema.json as JSON Schema,
// in docs/formats/report.md as prose. Everything is optional except what has no question mark.
//
// Rules that hold throughout:
//  - Nothing is per sample, except the handful of pictures in an "images" figure.
//  - A number that does not exist (not measured, NaN, infinite) is null or left out, never 0.
//  - Digests are lower-case hexadecimal SHA-256; times are RFC 3339 in UTC.

export const FORMAT = 'cupel-report/1';

/** Words for people: one string for every language, or one a language (English is the fallback). */
export type Text = string | { en: string; zh?: string };

export type Verdict = 'pass' | 'warn' | 'fail' | 'not-run' | 'not-applicable';

export type Principle = 'security' | 'privacy' | 'fairness' | 'explainability' | 'reliability';

export interface Report {
  format: typeof FORMAT;
  title: Text;
  verdict: Verdict;
  checks: Check[];
  /** True for a synthetic example: the page then says "sample" across its head. */
  sample?: boolean;
  /** One or two sentences under the verdict, e.g. why it is what it is. */
  summary?: Text;
  generated?: string;
  tool?: Tool;
  plan?: Plan;
  model?: Model;
  data?: Data;
  seed?: string;
  machine?: string;
  seconds?: number;
  /** How an inspection scores, factor by factor. */
  scorecard?: Scorecard;
  /** For which clauses of public catalogues this assessment holds evidence. */
  crosswalk?: Crosswalk;
  ledger?: Ledger;
  /** How a stranger checks this report. */
  verify?: Verify;
}

/** Seven factors from 0 to 100; the weakest of them is the score. */
export interface Scorecard {
  factors: Factor[];
  /** The lowest score; null when nothing was measured. */
  overall: number | null;
  /** The factor that has it. */
  weakest: string;
  /** Whether every factor was measured. */
  complete: boolean;
}

export interface Factor {
  id: string;
  title: Text;
  /** Null when no check measured it. */
  score: number | null;
  /** Ids of the checks that speak of it. */
  checks: string[];
  /** The figure that gave the score. */
  basis?: Text;
}

export interface Tool {
  name?: string;
  version?: string;
  /** Digest or label of the engine build that ran the checks. */
  engineBuild?: string;
}

export interface Plan {
  file?: string;
  digest?: string;
}

export interface Port {
  name: string;
  type?: string;
  /** Dimensions; a string names a free one ("n"). */
  shape?: (number | string)[];
}

export interface Model {
  name?: string;
  sha256?: string;
  /** OpenSSF Model Signing root: not the same number as sha256. */
  rootDigest?: string;
  parameters?: number;
  /** Floating-point operations of one forward pass on one sample. */
  flops?: number;
  inputs?: Port[];
  outputs?: Port[];
  operators?: { name: string; count: number }[];
}

export interface Data {
  name?: string;
  sha256?: string;
  samples?: number;
  provenance?: Text;
  licence?: string;
}

export interface Check {
  id: string;
  principle: Principle;
  verdict: Verdict;
  title?: Text;
  /** One or two sentences: what it measures and how. */
  summary?: Text;
  /** Paper or standard the check follows. */
  source?: string;
  /** Why the verdict is what it is; wanted for not-run and not-applicable. */
  reason?: Text;
  /** Ids of the requirements the check serves, e.g. "A1". */
  requirements?: string[];
  seconds?: number;
  /** Name of the metric to show at a glance; by default that of the gravest requirement, else the first metric. */
  keyMetric?: string;
  parameters?: Parameter[];
  requirementsTested?: RequirementTested[];
  metrics?: Metric[];
  figures?: Figure[];
  notes?: Text[];
  evidence?: Evidence;
}

export interface Parameter {
  name: string;
  value: string | number | boolean | null;
  unit?: string;
}

export interface RequirementTested {
  /** As written in the plan: "robust_accuracy >= 0.40". */
  expression: string;
  verdict: Verdict;
  metric?: string;
  /** Which side of the interval was compared. */
  bound?: 'lower' | 'upper' | 'value';
  /** The number that was compared: that bound of the metric. */
  compared?: number | null;
  comparator?: '>=' | '>' | '<=' | '<' | '==';
  threshold?: number;
  /** E.g. that there are not enough samples to support the claim. */
  reason?: Text;
}

export interface Metric {
  name: string;
  value: number | null;
  title?: Text;
  low?: number | null;
  high?: number | null;
  /** Confidence level of [low, high]; 0.95 when absent. */
  level?: number;
  /** "Wilson", "Clopper-Pearson", "bootstrap", "DeLong" ... */
  method?: string;
  /** Samples it rests on. */
  n?: number;
  /** Numerator, when the metric is a share of n. */
  count?: number;
  /** "fraction" or "" is a share in [0, 1], shown as a percentage; any other unit follows the number; absent: a bare number. */
  unit?: string;
  higherIsBetter?: boolean;
}

export interface Evidence {
  /** Relative to the report: "evidence/0001-evaluate.accuracy.sigstore.json". */
  file?: string;
  sha256?: string;
  ledgerIndex?: number;
  keyId?: string;
}

/** Checks and documents by the clauses they are evidence for. Never a statement that a clause is met. */
export interface Crosswalk {
  version: string;
  sha256?: string;
  catalogues: CrosswalkCatalogue[];
  rows: CrosswalkRow[];
}

export interface CrosswalkCatalogue {
  id: string;
  title: Text;
  edition?: string;
}

export type Sufficiency = 'full' | 'partial' | 'supporting';

export interface CrosswalkRow {
  id: string;
  title: Text;
  /** How far the evidence of this assessment reaches; absent when there is none. */
  sufficiency?: Sufficiency;
  /** The project's own requirements that the topic belongs to. */
  requirements?: string[];
  /** Ids only; the text of a catalogue is its publisher's. */
  clauses: { catalogue: string; ids: string[] }[];
  /** Ids of this report's checks. */
  checks: string[];
  documents: CrosswalkDocument[];
}

export type DocumentKind = 'plan' | 'model-identity' | 'data-identity' | 'report' | 'ledger' | 'hallmark' | 'admission';

export interface CrosswalkDocument {
  kind: DocumentKind;
  /** Relative to the report. */
  file: string;
}

export interface Ledger {
  origin?: string;
  size?: number;
  root?: string;
  /** Relative path of the signed checkpoint. */
  checkpoint?: string;
  publicKeys?: PublicKey[];
}

export interface PublicKey {
  name?: string;
  id?: string;
  algorithm?: string;
  /** Relative path of the key file. */
  file?: string;
  /** The key itself as text: a C2SP verifier key or the base64 of SubjectPublicKeyInfo. */
  key?: string;
}

export interface Verify {
  /** Command lines, in the order in which to run them. */
  commands?: string[];
}

export type Figure = ConfusionFigure | ReliabilityFigure | BarsFigure | CurveFigure | ImagesFigure | TimelineFigure | TreeFigure | HeatFigure;

interface FigureBase {
  title?: Text;
  caption?: Text;
}

/** Counts, rows the true class, columns the predicted one; at most 100 labels (send the largest confusions as bars beyond). */
export interface ConfusionFigure extends FigureBase {
  type: 'confusion';
  labels: Text[];
  counts: number[][];
}

/** Stated confidence against accuracy, by bin of confidence. */
export interface ReliabilityFigure extends FigureBase {
  type: 'reliability';
  bins: ReliabilityBin[];
}

export interface ReliabilityBin {
  lower: number;
  upper: number;
  /** Null in an empty bin. */
  confidence: number | null;
  accuracy: number | null;
  count: number;
}

export interface BarsFigure extends FigureBase {
  type: 'bars';
  series: Bar[];
  unit?: string;
  valueLabel?: Text;
  /** A line to compare with: the threshold of the requirement. */
  reference?: number;
  min?: number;
  max?: number;
}

export interface Bar {
  label: Text;
  value: number | null;
  low?: number | null;
  high?: number | null;
}

export interface CurveFigure extends FigureBase {
  type: 'curve';
  series: CurveSeries[];
  xLabel?: Text;
  yLabel?: Text;
  xUnit?: string;
  yUnit?: string;
  xLog?: boolean;
  yLog?: boolean;
  xMin?: number;
  xMax?: number;
  yMin?: number;
  yMax?: number;
  /** Draws y = x, the line of a guess. */
  diagonal?: boolean;
}

/** At most 1000 points a series; x rises. low and high, where given, are drawn as a band. */
export interface CurveSeries {
  name: Text;
  x: number[];
  y: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
}

/** Pictures side by side: original | adversarial | difference, or original | attribution. At most 12 rows of 8. */
export interface ImagesFigure extends FigureBase {
  type: 'images';
  columns?: Text[];
  rows: ImageRow[];
}

export interface ImageRow {
  caption?: Text;
  cells: ImageCell[];
}

export interface ImageCell {
  /** "data:image/png;base64,..." */
  png: string;
  caption?: Text;
}

export type SpanKind = 'truth' | 'hit' | 'miss' | 'false-alarm';

/** Events on one axis of time: at most 40 rows of 200 spans. Truth and misses lie above, hits and false alarms below. */
export interface TimelineFigure extends FigureBase {
  type: 'timeline';
  /** Seconds, above 0. */
  duration: number;
  rows: TimelineRow[];
}

export interface TimelineRow {
  label: Text;
  spans: Span[];
}

export interface Span {
  start: number;
  end: number;
  kind: SpanKind;
}

/** Groups and the groups inside them; at most 200 nodes. */
export interface TreeFigure extends FigureBase {
  type: 'tree';
  unit?: string;
  nodes: TreeNode[];
}

export interface TreeNode {
  id: string;
  /** Null at a root. */
  parent: string | null;
  label: Text;
  value: number;
  low?: number;
  high?: number;
  n?: number;
  highlight?: boolean;
}

/** values[line][column]; null: not evaluated. At most 60 lines of 20 columns. */
export interface HeatFigure extends FigureBase {
  type: 'heat';
  lines: Text[];
  columns: Text[];
  values: (number | null)[][];
  unit?: string;
  min?: number;
  max?: number;
}
