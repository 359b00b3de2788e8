import type { CallId, Event, Usage } from '../wire/event.ts';
import type { Left } from '../wire/message.ts';
import { isOver, nothing, type Agent, type Group, type Progress, type RunState, type Spent } from './state.ts';
import { begin, end, pathOf, place, ran, spotOf, tallies, touch, TREES } from './tree.ts';

/** Takes one more event in, as `RunState::apply` in `server/runtime/src/state.rs` does. Events come in order; one that was seen changes nothing. */
export function apply(run: RunState, event: Event): void {
  if (event.seq <= run.seq) return;
  run.seq = event.seq;
  run.ms = event.ms;
  const { ms } = event;
  switch (event.type) {
    case 'runStarted':
      run.name = event.name;
      run.model = event.model ?? null;
      run.simulated = event.simulated;
      run.script = event.script;
      run.question = (event.contexts?.length ?? 0) > 0;
      run.seed = event.seed ?? null;
      run.concurrency = event.concurrency;
      run.args = event.args;
      run.files = new Map((event.contexts ?? []).map(({ name, bytes }) => [name, bytes]));
      run.resumedFrom = event.resumedFrom ?? null;
      return;
    case 'phase':
      groupOf(run, event.title, event.workflow ?? null);
      if (event.workflow === undefined) run.phase = event.title;
      run.lines.push({ kind: 'phase', text: event.title, ms, at: null });
      return;
    case 'log':
      run.lines.push({ kind: 'log', text: event.message, ms, at: null });
      return;
    case 'warning':
      run.lines.push({ kind: 'warning', text: event.message, ms, at: { line: event.line, column: event.column } });
      return;
    case 'agentHeld':
      return change(run, event.call, (agent) => {
        move(run, agent, 'queued');
        agent.startedMs = null;
        agent.setbacks.push('The account may spend no more');
      });
    case 'spendLimit':
      run.limited = event.message;
      run.lines.push({ kind: 'warning', text: event.message, ms, at: { line: event.line, column: event.column } });
      return;
    case 'dropped': {
      run.dropped += 1;
      const item = `Item ${event.index + 1} of ${event.from} became null${event.stage === undefined ? '' : ` in stage ${event.stage + 1}`}: ${event.reason}`;
      run.lines.push({ kind: 'dropped', text: item, ms, at: { line: event.line, column: event.column } });
      return;
    }
    case 'agentQueued': {
      const { call, key, label, prompt, excerpt, line, column, phase, workflow, model } = event;
      const spot = key === undefined ? null : spotOf(run, pathOf(key));
      const group = spot === null ? groupOf(run, phase ?? null, workflow ?? null) : groupOf(run, TREES, null);
      const agent: Agent = {
        call, label, group, spot, workflow: workflow ?? null, prompt, given: excerpt ? { ...excerpt, of: run.files.get(excerpt.context) ?? null } : null, at: { line, column }, model: model ?? null, progress: 'queued', attempts: 0, setbacks: [],
        result: undefined, error: null, spent: nothing(), queuedMs: ms, startedMs: null, endedMs: null,
      };
      for (const tally of tallies(agent)) tally.agents.push(agent);
      if (spot !== null) place(agent, spot);
      touch(spot?.rlm);
      run.agents.set(call, agent);
      return;
    }
    case 'agentStarted':
      return change(run, event.call, (agent) => {
        move(run, agent, 'running');
        agent.startedMs = ms;
        agent.attempts += 1;
      });
    case 'agentRetried':
      return change(run, event.call, (agent) => {
        agent.attempts += 1;
        agent.setbacks.push(event.reason);
        spend(run, agent, event.usage, event.usd);
      });
    case 'agentDone':
      return change(run, event.call, (agent) => {
        over(run, agent, event.cached === true ? 'cached' : 'done', ms);
        agent.result = event.result;
        spend(run, agent, event.usage, event.cached === true ? 0 : event.usd);
      });
    case 'agentFailed':
      return change(run, event.call, (agent) => {
        over(run, agent, 'failed', ms);
        agent.error = event.error;
        spend(run, agent, event.usage, event.usd);
      });
    case 'agentSkipped':
      return change(run, event.call, (agent) => over(run, agent, 'skipped', ms));
    case 'rlmStarted': {
      const rlm = begin(run, event);
      if (rlm.above === null) groupOf(run, TREES, null).trees.push(rlm);
      return;
    }
    case 'cell':
      return ran(run, event);
    case 'rlmEnded':
      return end(run, event);
    case 'runEnded':
      giveUp(run);
      run.end = { status: event.status, result: event.result, error: event.error ?? null };
      return;
    default:
      return; // A newer server may say more than this view knows.
  }
}

/** Nothing more comes of a run without an end. Where it broke off, nobody answers its agents any more. */
export function leave(run: RunState, how: Left): void {
  run.left = how;
  if (how === 'broken off') giveUp(run);
}

/** What is not over comes to nothing. */
function giveUp(run: RunState): void {
  for (const agent of run.agents.values()) if (!isOver(agent)) move(run, agent, 'abandoned');
  for (const rlm of run.rlms.values()) {
    rlm.end ??= { how: 'abandoned', error: null, coverage: [], cited: [] };
    rlm.changes += 1;
  }
}

function groupOf(run: RunState, title: string | null, workflow: string | null): Group {
  let group = run.groups.find((g) => g.title === title && g.workflow === workflow);
  if (group === undefined) {
    group = { title, workflow, running: 0, peak: 0, finished: 0, agents: [], trees: [], spent: nothing() };
    run.groups.push(group);
  }
  return group;
}

function change(run: RunState, call: CallId, how: (agent: Agent) => void): void {
  const agent = run.agents.get(call);
  if (agent === undefined) return;
  how(agent);
  touch(agent.spot?.rlm);
}

function over(run: RunState, agent: Agent, progress: Progress, ms: number): void {
  move(run, agent, progress);
  agent.endedMs = ms;
  for (const tally of tallies(agent)) tally.finished += 1;
}

function move(run: RunState, agent: Agent, progress: Progress): void {
  const more = Number(progress === 'running') - Number(agent.progress === 'running');
  agent.progress = progress;
  run.running += more;
  run.peak = Math.max(run.peak, run.running);
  for (const tally of tallies(agent)) {
    tally.running += more;
    tally.peak = Math.max(tally.peak, tally.running);
  }
}

function spend(run: RunState, agent: Agent, usage: Usage, usd: number | undefined): void {
  const tokens = (usage.input ?? 0) + (usage.output ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
  const unpriced = usd === undefined && tokens > 0 ? 1 : 0;
  const add = (to: Spent) => {
    to.tokens += tokens;
    to.usd += usd ?? 0;
    to.unpriced += unpriced;
  };
  for (const { spent } of [agent, ...tallies(agent), run]) add(spent);
}
