import { basis, count, duration, range, tokens, usd } from '../text/numbers.ts';
import { finished, type Agent, type RunState, type Spent } from '../run/state.ts';
import type { Plan, Prices, Range } from '../wire/plan.ts';

/** A number of the run against what was said before it. */
export interface Figure {
  name: string;
  /** What is so far; null before a run. */
  actual: string | null;
  /** What was said before, and on what that rests; null where nothing was said. */
  expected: string | null;
  basis: string | null;
  /** At whose prices, and what is assumed of them. */
  note: string | null;
  /** The actual number was made by the simulated model. */
  simulated: boolean;
  gauge: Gauge | null;
}

/** Everything as a share of the gauge's length: what is so far, the band from fewest to most, and what is likely. */
export interface Gauge {
  actual: number;
  low: number;
  high: number;
  likely: number | null;
  /** Nothing bounds the number: the band has no end. */
  open: boolean;
  over: boolean;
}

/** @param now the time of the run, in milliseconds since it began. */
export function figures(plan: Plan | null, run: RunState, now: number, prices: Prices | null = plan?.prices ?? null): Figure[] {
  const began = run.seq > 0;
  const ended = finished(run);
  const agents = plan && expectedAgents(plan);
  // Made-up answers come at their own pace, which says nothing of a model's.
  const seconds = began && run.simulated ? null : (plan?.seconds ?? null);
  return [
    {
      name: 'Agents',
      actual: began ? count(ended) : null,
      expected: agents && range(agents, count),
      basis: plan && agents && parts([basis(agents), plan.agents.cap !== undefined && `at most ${count(plan.agents.cap.limit)}: ${plan.agents.cap.name}`]),
      note: null,
      simulated: false,
      gauge: agents && gauge(ended, agents),
    },
    figure('Tokens', began ? tokens(run.spent.tokens) : null, run.spent.tokens, plan?.tokens ?? null, tokens, run.simulated),
    { ...figure('Cost', began ? money(run.spent) : null, run.spent.usd, plan?.usd ?? null, usd, run.simulated), note: priced(plan, run, prices) },
    {
      ...figure('Time', began ? duration(now) : null, now / 1000, seconds, (s) => duration(s * 1000), run.simulated),
      note: began ? (run.peak > 0 ? `at most ${count(run.peak)} at once` : null) : plan && shape(plan),
    },
  ];
}

/** How many agents a plan allows, and how many are likely where more than the bounds says so. */
function expectedAgents({ agents: { low, high }, likelyAgents }: Plan): Range {
  if (likelyAgents != null && likelyAgents.likely !== null && likelyAgents.basis !== 'bounds' && low !== high) return likelyAgents;
  return { low, high, likely: null, basis: low === high ? 'exact' : 'bounds' };
}

/** `nothing was spent · at list prices of 2026-11-25 · no model named = claude-sonnet-5-5 (assumed)`. */
function priced(plan: Plan | null, run: RunState, prices: Prices | null): string | null {
  const began = run.seq > 0;
  const unnamed = began
    ? [...run.agents.values()].some((agent) => isUnnamed(agent, run))
    : (plan?.calls ?? []).some((call) => call.model?.length === 0);
  return parts([
    began && run.simulated && 'nothing was spent',
    prices !== null && `at ${plan?.ownPrice === true || prices.own === true ? 'your prices and ' : ''}list prices of ${prices.asOf.replaceAll('-', '\u2011')}`,
    unnamed && `no model named${prices?.models['inherit'] ? ` = ${prices.models['inherit']}` : ''} (assumed)`,
  ]);
}

/** Whether a call names no model and its run has none for such calls: what it costs rests on an assumed one. */
export function isUnnamed(agent: Agent, run: RunState): boolean {
  return run.simulated && agent.model === null && run.model === null;
}

function parts(said: (string | false)[]): string | null {
  return said.filter((part) => part !== false).join(' · ') || null;
}

/** `up to 30 at once, 2 in a row`: what time will depend on. */
function shape({ peakWidth, criticalPath }: Plan): string {
  const most = (high: number | null, what: string) => (high === null ? `no bound on those ${what}` : `up to ${count(high)} ${what}`);
  return `${most(peakWidth.high, 'at once')}, ${most(criticalPath.high, 'one after another')}`;
}

/** `$0.42`; `≥$0.42` where the price of an attempt is not known, `unknown` where no price is. */
export function money(spent: Spent): string {
  if (spent.unpriced === 0) return usd(spent.usd);
  return spent.usd === 0 ? 'unknown' : `≥${usd(spent.usd)}`;
}

function figure(name: string, actual: string | null, soFar: number, expected: Range | null, show: (n: number) => string, simulated: boolean): Figure {
  return {
    name,
    actual,
    expected: expected && range(expected, show),
    basis: expected && basis(expected),
    note: null,
    simulated: simulated && actual !== null,
    gauge: expected && gauge(soFar, expected),
  };
}

/** The gauge for a number; none where nothing was said of it. */
export function gauge(actual: number, { low, likely, high }: Range): Gauge | null {
  if (low === null && likely === null && high === null) return null;
  const open = high === null;
  const most = Math.max(actual, high ?? Math.max(likely ?? 0, low ?? 0, actual) * 1.5);
  if (most === 0) return null;
  return {
    actual: actual / most,
    low: (low ?? 0) / most,
    high: open ? 1 : high / most,
    likely: likely === null ? null : likely / most,
    open,
    over: high !== null && actual > high,
  };
}
