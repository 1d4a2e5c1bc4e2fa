/** What the server sends: the documents of /api/view, /api/jobs, /api/claims and /api/evidence. */

export interface Facility {
  id: string;
  name: string;
  kind: string;
  at: [number, number] | null;
  contested: boolean;
  evidence: string[];
}

export interface Ground {
  width_km: number;
  height_km: number;
  resolution: number;
  cells: number;
  rings: string;
  ring_ends: string;
  residents: string;
  district_names: string[];
  district_of: string;
  outlines: [number, number][][];
  facilities: Facility[];
  sites: { id: string; name: string; at: [number, number] }[];
  attribution: string | null;
  posts: { id: string; name: string; at: [number, number] }[];
}

export interface Bands {
  median: number[];
  low: number[];
  high: number[];
}

export interface Outcome {
  median: number | null;
  low: number | null;
  high: number | null;
  unit: string;
}

export interface Arm {
  name: string;
  title: string;
  curves: Record<string, Bands>;
  crowd: { highest: number; bytes: string };
  lost: string;
  outcomes: Record<string, Outcome>;
}

export interface Observation {
  id: string;
  quantity: string;
  place: string | null;
  statistic: string;
  use: string;
  curve: string | null;
  begins: number;
  ends: number;
  low: number | null;
  high: number | null;
  unit: string;
  source: string;
  quote: string;
}

export interface Action {
  id: string;
  kind: string;
  label: string;
  at: number;
  until: number | null;
  evidence: string[];
  assumption: string | null;
}

export interface Lever {
  path: string;
  group: string;
  what: string;
  label: string;
  recorded: boolean | number | string;
  unit?: string;
  low?: number;
  high?: number;
  step?: number;
  choices?: string[];
  evidence?: string[];
  assumption?: string | null;
}

export interface Interval {
  mean: number | null;
  low: number | null;
  high: number | null;
  pairs: number;
}

export interface Effect {
  arm: string;
  outcome: string;
  unit: string;
  effect: (Interval & { median: number | null }) | null;
  sign_flip_share: number;
  zero_share: number;
  decided_by: string | null;
  by_setting: { switch: string; setting: string; effect: Interval }[];
}

/** A sentence by language. */
export type Told = Record<string, string>;

export interface Milestone {
  id: string;
  quantity: string;
  place: string | null;
  statistic: string;
  use: string;
  observed: { low: number | null; high: number | null; unit: string; source: string };
  predicted: { median: number | null; low: number | null; high: number | null };
  inside: boolean;
  share?: number;
}

export interface Run {
  replications: number;
  requested: number;
  seed: number;
  persons: number;
  cells: number;
  ticks: number;
  until_hours: number;
  elapsed_s: number;
  digest: string;
  command: string;
  python: string;
  packages: Record<string, string>;
}

export interface View {
  contrafact: string;
  kind: "scenario" | "run" | "comparison";
  scenario: {
    name: string;
    title: string;
    summary: string;
    start: string;
    end: string;
    timezone: string;
    hours: number;
    residents: number;
    residents_per_person: number;
    digest: string;
    left_out: string[];
    recent: boolean;
  };
  ground: Ground;
  observations: Observation[];
  actions: Action[];
  levers: Lever[];
  arms: { id: string; title: string; asserts: string | null }[];
  shown: Arm[];
  milestones: Milestone[];
  run: Run | null;
  /** By language. */
  notes: Told[];
  effects?: Effect[];
  districts?: { arm: string; district: string; quantity: string; unit: string; effect: Interval }[];
  first_divergence?: { time: string | null; district: string | null }[];
  switches?: Record<string, { title: string; settings: string[] }>;
  divergence?: Record<string, { share: string; hour: (number | null)[] }>;
}

export interface Problem {
  file: string | null;
  line: number | null;
  key: string | null;
  message: string;
  told?: Record<string, string>;
}

export interface Job {
  id: string;
  kind: "run" | "comparison";
  scenario: string;
  title: string;
  changes: Record<string, unknown> | null;
  state: "waiting" | "running" | "done" | "cancelled" | "failed";
  done: number;
  total: number;
  elapsed_s: number;
  message: string;
  errors: Problem[];
  has_result: boolean;
  provisional: Provisional | null;
}

/** Effects over the pairs that have finished while a comparison runs. */
export interface Provisional {
  pairs: number;
  effects: Pick<Effect, "outcome" | "unit" | "effect" | "sign_flip_share" | "zero_share">[];
}

export interface Row {
  id: string;
  fact: string;
  quantity: string;
  value: number | null;
  low: number | null;
  high: number | null;
  unit: string;
  time_start: string;
  time_end: string;
  place: string;
  publisher: string;
  published: string;
  url: string;
  quote: string;
  reliability: string;
  use: string;
}

export interface Ends {
  mean: number;
  low: number;
  high: number;
}

/** What runs say under one setting of a question; harm: of the arm, or what it has more than the other. */
export interface Answer {
  switch: string | null;
  against: string | null;
  estimate: Ends | null;
  runs: number;
  unreached: number;
  verdict: string;
  harm: Record<string, Ends>;
}

export interface Claim {
  id: string;
  quote: string;
  paraphrase: string;
  attributed_to: string;
  record_verdict: string;
  reason: string;
  record: string[];
  observations: Row[];
  model_reading: string;
  model: { question: string; result: { kind: string; arm: string; text: Told; answers: Answer[] } | null; assumption: string; runs: number } | null;
  arm: string | null;
}
