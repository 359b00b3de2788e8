/** What `callsheet plan --json` answers: what a script can do, before it does it. `server/callsheet/src/commands/plan.rs`. */
export interface Plan {
  name: string | null;
  description?: string | null;
  agents: Bounds;
  likelyAgents?: Range;
  /** Most agents that can be at work at once if nothing else limits them, and the longest chain of agents that wait for one another. */
  peakWidth: Bounds;
  criticalPath: Bounds;
  phases: PlannedPhase[];
  calls: PlannedCall[];
  /** Calls that begin recursive language models, with the agents of these. */
  rlms?: PlannedSite[];
  tokens: Range;
  usd: Range;
  /** Whether a price of the person's own is in `usd`. */
  ownPrice?: boolean;
  seconds?: Range;
  prices?: Prices;
}

/** At whose prices money is counted. */
export interface Prices {
  /** The day of the list prices. */
  asOf: string;
  source: string;
  /** The model meant by each name the script gives; `inherit` is none, and what it means is assumed. */
  models: Record<string, string | null>;
  /** Whether some are the person's own, where there is no plan to say so. */
  own?: boolean;
}

/** How often: `high` is null where nothing bounds it, and that of `cap` where the script itself does not. */
export interface Bounds {
  low: number;
  high: number | null;
  cap?: Cap;
}

/** A limit that is lower than what the script sets: `scriptHigh` is that, null where it is anything. */
export interface Cap {
  name: string;
  limit: number;
  /** The dialect that sets it; null where whoever starts the run does. */
  profile: string | null;
  scriptHigh: number | null;
}

export interface PlannedPhase {
  title: string | null;
  /** The nested workflow it belongs to. */
  workflow?: string;
  agents: Bounds;
  tokens: Range;
  usd: Range;
}

/** A place in the script, and how many agents it calls. Lines and columns count from 1. */
export interface PlannedSite extends Bounds {
  line: number;
  column: number;
  /** The models it can name: empty where it names none, null where only the run decides. */
  model?: string[] | null;
  /** `3 + 3·findings` */
  expr?: string;
  because?: Because[];
}

/** One `agent(…)` in the script. */
export interface PlannedCall extends PlannedSite {
  phase: string | null;
  label: string | null;
}

/** What keeps bounds apart, and the line that does so. */
export interface Because {
  line: number;
  column: number;
  text: string;
}

/** A number that is not known exactly; null where there is no basis to say. `runs` belongs to the bases that rest on runs. */
export interface Range {
  low: number | null;
  likely: number | null;
  high: number | null;
  basis: Basis;
  runs?: number;
}

/** `assumed`: rests on numbers of a dated table, as what agents read of their own accord. */
export type Basis = 'exact' | 'bounds' | 'assumed' | 'simulated' | 'history';
