import type { Ask, CallId, Entry, Event, Usage } from '../wire/event.ts';
import { isOver, type Agent, type AgentState, type RunState } from './state.ts';

/** Takes one event into the run. The same events give the same run, whenever and however often they arrive. */
export function apply(run: RunState, entry: Entry): void {
  if (entry.seq <= run.seq) return;
  run.seq = entry.seq;
  const at = entry.at ?? null;
  if (at !== null) run.at = at;
  take(run, entry.event, at);
}

function take(run: RunState, event: Event, at: number | null): void {
  switch (event.type) {
    case 'runStarted':
      run.name = event.name ?? null;
      run.script = event.script ?? null;
      run.model = event.model ?? null;
      run.simulated = event.model === 'simulated';
      run.startedAt = at;
      return;
    case 'phase':
      enter(run, event.title);
      run.phase = event.title;
      run.lines.push({ kind: 'phase', text: event.title, at });
      return;
    case 'log':
      run.lines.push({ kind: 'log', text: event.message, at });
      return;
    case 'dropped':
      run.dropped += event.count ?? 1;
      run.lines.push({ kind: 'dropped', text: event.reason, at });
      return;
    case 'agentQueued': {
      const agent = queued(event.call, event, run.phase, at);
      enter(run, agent.phase);
      run.agents.set(event.call, agent);
      return;
    }
    case 'agentStarted':
      return change(run, event.call, (agent) => {
        move(run, agent, 'running');
        agent.attempt = event.attempt ?? agent.attempt + 1;
        agent.startedAt ??= at;
        agent.model = event.model ?? agent.model;
      });
    case 'agentRetried':
      return change(run, event.call, (agent) => {
        move(run, agent, 'retrying');
        agent.setbacks.push(event.reason ?? event.error ?? 'no reason was given');
        spend(run, agent, event.usage, event.usd);
      });
    case 'agentDone':
      return change(run, event.call, (agent) => {
        move(run, agent, 'done');
        agent.cached = event.cached ?? false;
        agent.result = event.result;
        agent.endedAt = at;
        spend(run, agent, event.usage, event.usd);
      });
    case 'agentFailed':
      return change(run, event.call, (agent) => {
        move(run, agent, 'failed');
        agent.error = event.error ?? null;
        agent.endedAt = at;
        spend(run, agent, event.usage, event.usd);
      });
    case 'agentSkipped':
      return change(run, event.call, (agent) => {
        move(run, agent, 'skipped');
        agent.error = event.reason ?? null;
        agent.endedAt = at;
      });
    case 'runEnded':
      run.end = {
        status: event.status ?? (event.error === undefined ? 'done' : 'failed'),
        result: event.result,
        error: event.error ?? null,
        line: event.line ?? null,
        column: event.column ?? null,
      };
      run.running = 0;
      for (const width of run.widths.values()) width.now = 0;
      return;
    default:
      return; // A newer server may say more than this view knows.
  }
}

function queued(call: CallId, ask: Ask, ambient: string | null, at: number | null): Agent {
  return {
    call,
    label: ask.label ?? null,
    phase: ask.phase ?? ambient,
    line: ask.line ?? null,
    column: ask.column ?? null,
    prompt: ask.prompt ?? null,
    model: ask.model ?? null,
    state: 'queued',
    attempt: 0,
    setbacks: [],
    cached: false,
    result: undefined,
    error: null,
    tokens: 0,
    usd: null,
    queuedAt: at,
    startedAt: null,
    endedAt: null,
  };
}

/** A change to an agent that is still at work; whatever arrives after an end is not part of the run. */
function change(run: RunState, call: CallId, how: (agent: Agent) => void): void {
  const agent = run.agents.get(call);
  if (agent !== undefined && !isOver(agent)) how(agent);
}

function move(run: RunState, agent: Agent, state: AgentState): void {
  const busy = (s: AgentState) => (s === 'running' ? 1 : 0);
  const change = busy(state) - busy(agent.state);
  const width = run.widths.get(agent.phase) ?? { now: 0, peak: 0 };
  run.widths.set(agent.phase, width);
  run.running += change;
  width.now += change;
  agent.state = state;
  if (state !== 'running') return;
  run.peak = Math.max(run.peak, run.running);
  width.peak = Math.max(width.peak, width.now);
}

function spend(run: RunState, agent: Agent, usage: Usage | undefined, usd: number | undefined): void {
  if (usage !== undefined) {
    const tokens = (usage.input ?? 0) + (usage.output ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
    agent.tokens += tokens;
    run.tokens += tokens;
  }
  if (usd !== undefined) {
    agent.usd = (agent.usd ?? 0) + usd;
    run.usd = (run.usd ?? 0) + usd;
  }
}

function enter(run: RunState, phase: string | null): void {
  if (!run.phases.includes(phase)) run.phases.push(phase);
}
