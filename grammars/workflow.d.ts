// Types of a workflow script (profile `claude-code`). Written by `callsheet types`; changes are lost.

type JsonSchema = Readonly<Record<string, unknown>>;
/** The type of a value that fits a JSON Schema. */
type FromSchema<S> = S extends { const: infer C } ? C
  : S extends { enum: readonly (infer E)[] } ? E
  : S extends { anyOf: readonly (infer A)[] } | { oneOf: readonly (infer A)[] } ? FromSchema<A>
  : S extends { properties: infer P } ? FromProperties<P, S extends { required: readonly (infer R)[] } ? R : never>
  : S extends { items: infer I } ? FromSchema<I>[]
  : S extends { type: infer T } ? T extends keyof SchemaTypes ? SchemaTypes[T] : any
  : any;
type FromProperties<P, R> = { -readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> }
  & { -readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]> } extends infer O ? { [K in keyof O]: O[K] } : never;
interface SchemaTypes {
  string: string; number: number; integer: number; boolean: boolean; null: null; array: any[]; object: Record<string, any>;
}

interface Phase {
  /** The phase's title, matched exactly. */
  title: string;
  /** A line below the title. */
  detail?: string;
  /** Shown only: it does not choose the model. Give each agent of the phase its own `model`. */
  model?: 'haiku' | 'sonnet' | 'opus' | 'fable' | 'inherit' | (string & {});
}

interface Meta {
  /** The workflow's name; becomes the command `/name`. The file's name does not matter. */
  name: string;
  /** One line, shown when the run is approved. */
  description: string;
  /** When to use it, shown in lists. */
  whenToUse?: string;
  /** The phases, in order; titles match `phase()` and the option `phase` exactly. */
  phases?: Phase[];
}

interface RlmLimits {
  /** A string, array or object of any size. It never stands in the root model's prompt: code looks at it. */
  context?: unknown;
  /** Further contexts: an object of them by name, or a list. */
  contexts?: unknown;
  /** The model of the calls that cells make. Without it the session's model. */
  subModel?: 'haiku' | 'sonnet' | 'opus' | 'fable' | 'inherit' | (string & {});
  /** Replies of the root model, 1 to 100, before it is asked for what it has. Without it 30. */
  maxTurns?: number;
  /** 0: cells work with code alone; 1: they may ask models; 2 and 3: these may have a REPL of their own. Without it 1. */
  maxDepth?: number;
  /** `{ calls }`: the most calls its cells make. Without it only the run's own limit bounds them. */
  budget?: { calls: number };
  /** Saved workflows that its cells may call: a list of names, or what each is for by its name. Without it none. */
  workflows?: string[] | Record<string, string>;
  /** Whether one plain call answers where the context has at most 16,000 tokens, or so many. Without it never. */
  direct?: boolean | number;
}

interface RlmOptions {
  /** What is to be answered about the context. */
  question: string;
  /** A string, array or object of any size. It never stands in the root model's prompt: code looks at it. */
  context?: unknown;
  /** Further contexts: an object of them by name, or a list. */
  contexts?: unknown;
  /** The root model. Without it the session's model. */
  model?: 'haiku' | 'sonnet' | 'opus' | 'fable' | 'inherit' | (string & {});
  /** The model of the calls that cells make. Without it the session's model. */
  subModel?: 'haiku' | 'sonnet' | 'opus' | 'fable' | 'inherit' | (string & {});
  /** Replies of the root model, 1 to 100, before it is asked for what it has. Without it 30. */
  maxTurns?: number;
  /** 0: cells work with code alone; 1: they may ask models; 2 and 3: these may have a REPL of their own. Without it 1. */
  maxDepth?: number;
  /** `{ calls }`: the most calls its cells make. Without it only the run's own limit bounds them. */
  budget?: { calls: number };
  /** Saved workflows that its cells may call: a list of names, or what each is for by its name. Without it none. */
  workflows?: string[] | Record<string, string>;
  /** Whether one plain call answers where the context has at most 16,000 tokens, or so many. Without it never. */
  direct?: boolean | number;
  /** Looks at an answer before it counts: gives true, or a text that says what is wrong with it. After three of these the call fails. */
  validate?: (answer: unknown) => true | string | Promise<true | string>;
  /** A name for the tree. */
  label?: string;
}

interface AgentOptions {
  /** The name shown for this agent; without it, the start of the prompt. Give each agent of a fan-out its own. */
  label?: string;
  /** The phase this agent is shown in; wins over `phase()`. The form to use inside `parallel` and `pipeline`. */
  phase?: string;
  /** The model, by alias or full id; wins over the agent type's own. Without it the agent runs on the session's model. */
  model?: 'haiku' | 'sonnet' | 'opus' | 'fable' | 'inherit' | (string & {});
  /** How much the model thinks before it answers. */
  effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** `'worktree'` gives the agent its own git worktree, branched from the remote default branch, removed if unchanged. */
  isolation?: 'worktree' | 'remote';
  /** A registered subagent type, as in `.claude/agents`: its tools, effort and model apply. An unknown one throws. */
  agentType?: string;
  /** Milliseconds without a sign of life after which an attempt counts as lost, and another is made. Undocumented in the official tool. */
  stallMs?: number;
  /** An extension of this runtime: the prompt is the question of a root model that writes code, within these limits. */
  rlm?: RlmLimits;
}

interface Budget {
  /** The limit; `null` without one. */
  readonly total: number | null;
  /** Output tokens spent in the whole turn. */
  readonly spent: () => number;
  /** What is left, never below 0; `Infinity` without a limit. */
  readonly remaining: () => number;
}

/** Starts an agent and gives its final text, or with `schema` a validated object. Gives `null` when the agent is skipped or its provider fails for good; throws for a schema that is never met, an unknown agent type, a spent budget, and the 1001st agent. */
declare function agent<const S extends JsonSchema>(prompt: string, options: AgentOptions & { schema: S }): Promise<FromSchema<S> | null>;
declare function agent(prompt: string, options?: AgentOptions): Promise<string | null>;
/** Runs all thunks and waits for all: a barrier. Results keep their order; a thunk that fails gives `null`. At most 4096 items; more than there are slots wait their turn. */
declare function parallel<T extends readonly (() => unknown)[] | []>(thunks: T): Promise<{ -readonly [K in keyof T]: (T[K] extends () => infer R ? Awaited<R> : never) | null }>;
/** Sends every item through all stages on its own, with no barrier between stages. A stage that throws makes its item `null` and skips the rest; a `null` that a stage returns goes on to the next. At most 4096 items. */
declare function pipeline<T, R1>(items: readonly T[], stage1: (prev: T, item: T, index: number) => R1): Promise<(Awaited<R1> | null)[]>;
declare function pipeline<T, R1, R2>(items: readonly T[], stage1: (prev: T, item: T, index: number) => R1, stage2: (prev: Awaited<R1>, item: T, index: number) => R2): Promise<(Awaited<R2> | null)[]>;
declare function pipeline<T, R1, R2, R3>(items: readonly T[], stage1: (prev: T, item: T, index: number) => R1, stage2: (prev: Awaited<R1>, item: T, index: number) => R2, stage3: (prev: Awaited<R2>, item: T, index: number) => R3): Promise<(Awaited<R3> | null)[]>;
declare function pipeline<T, R1, R2, R3, R4>(items: readonly T[], stage1: (prev: T, item: T, index: number) => R1, stage2: (prev: Awaited<R1>, item: T, index: number) => R2, stage3: (prev: Awaited<R2>, item: T, index: number) => R3, stage4: (prev: Awaited<R3>, item: T, index: number) => R4): Promise<(Awaited<R4> | null)[]>;
declare function pipeline<T, R1, R2, R3, R4, R5>(items: readonly T[], stage1: (prev: T, item: T, index: number) => R1, stage2: (prev: Awaited<R1>, item: T, index: number) => R2, stage3: (prev: Awaited<R2>, item: T, index: number) => R3, stage4: (prev: Awaited<R3>, item: T, index: number) => R4, stage5: (prev: Awaited<R4>, item: T, index: number) => R5): Promise<(Awaited<R5> | null)[]>;
declare function pipeline<T>(items: readonly T[], ...stages: ((prev: any, item: T, index: number) => unknown)[]): Promise<any[]>;
/** Moves the run to a phase: agents started from here on are shown in it. One for the whole run, so inside `parallel` and `pipeline` use the option `phase`. */
declare function phase(title: string): void;
/** Tells the person who watches what happens. */
declare function log(message: string): void;
/** Runs another workflow and gives its result. It shares slots, agent count, budget and abort with this run. One level only; an unknown name throws. */
declare function workflow(ref: string | { scriptPath: string }, args?: unknown): Promise<unknown>;
/** An extension of this runtime. A root model answers a question about a context of any size: it writes code that looks at the context and has other models read its parts. Gives the answer, with `schema` a validated object; throws where none came about. */
declare function rlm<const S extends JsonSchema>(options: RlmOptions & { schema: S }): Promise<FromSchema<S>>;
declare function rlm(options: RlmOptions): Promise<any>;
/** What the run was given; `undefined` without. Given by a model it often arrives as JSON text, so read it through a guard. */
declare const args: any;
/** The output tokens this turn may spend. Once spent, every further `agent()` throws; running ones finish. It does not cap cost. */
declare const budget: Budget;
