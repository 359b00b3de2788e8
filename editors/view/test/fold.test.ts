import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply } from '../src/run/fold.ts';
import { before, type RunState } from '../src/run/state.ts';
import type { Event } from '../src/wire/event.ts';

function fold(...events: Event[]): RunState {
  const run = before();
  events.forEach((event, seq) => apply(run, { seq, at: seq * 100, event }));
  return run;
}

const ask = (call: string): Event => ({ type: 'agentQueued', call, label: call, line: 3, column: 9, prompt: `do ${call}` });

test('an agent queues, starts, retries and ends', () => {
  const run = before();
  const steps: Event[] = [
    ask('a'),
    { type: 'agentStarted', call: 'a', attempt: 1 },
    { type: 'agentRetried', call: 'a', reason: 'overloaded' },
    { type: 'agentStarted', call: 'a', attempt: 2 },
    { type: 'agentDone', call: 'a', result: { ok: true }, usage: { input: 10, output: 5 }, usd: 0.5 },
  ];
  const seen = steps.map((event, seq) => {
    apply(run, { seq, at: seq, event });
    return run.agents.get('a')?.state;
  });
  assert.deepEqual(seen, ['queued', 'running', 'retrying', 'running', 'done']);
  const agent = run.agents.get('a');
  assert.equal(agent?.attempt, 2);
  assert.deepEqual(agent?.setbacks, ['overloaded']);
  assert.equal(agent?.prompt, 'do a');
  assert.deepEqual([run.tokens, run.usd, run.running, run.peak], [15, 0.5, 0, 1]);
  assert.deepEqual([agent?.queuedAt, agent?.startedAt, agent?.endedAt], [0, 1, 4]);
});

test('what a failed attempt used is counted', () => {
  const run = fold(
    ask('a'),
    { type: 'agentStarted', call: 'a' },
    { type: 'agentRetried', call: 'a', usage: { input: 7, output: 1 }, usd: 0.25 },
    { type: 'agentFailed', call: 'a', error: 'no', usage: { input: 7 }, usd: 0.25 },
  );
  assert.deepEqual([run.tokens, run.usd, run.agents.get('a')?.state], [15, 0.5, 'failed']);
});

test('an agent belongs to its own phase, else to the one the script is in', () => {
  const run = fold(
    { type: 'phase', title: 'Find' },
    ask('a'),
    { type: 'agentQueued', call: 'b', phase: 'Verify' },
  );
  assert.deepEqual(run.phases, ['Find', 'Verify']);
  assert.deepEqual([...run.agents.values()].map((a) => a.phase), ['Find', 'Verify']);
});

test('widths are kept by phase', () => {
  const run = fold(
    { type: 'agentQueued', call: 1, phase: 'A' }, { type: 'agentQueued', call: 2, phase: 'A' }, { type: 'agentQueued', call: 3, phase: 'B' },
    { type: 'agentStarted', call: 1 }, { type: 'agentStarted', call: 2 }, { type: 'agentDone', call: 1 },
    { type: 'agentStarted', call: 3 },
  );
  assert.deepEqual([run.running, run.peak, run.widths.get('A'), run.widths.get('B')], [2, 2, { now: 1, peak: 2 }, { now: 1, peak: 1 }]);
});

test('events that arrive twice or late change nothing', () => {
  const run = fold(ask('a'), { type: 'agentStarted', call: 'a' }, { type: 'agentDone', call: 'a', usage: { output: 3 } });
  const once = structuredClone(run);
  apply(run, { seq: 2, at: 999, event: { type: 'agentDone', call: 'a', usage: { output: 3 } } });
  apply(run, { seq: 0, at: 999, event: ask('a') });
  assert.deepEqual(run, once);
});

test('an event this view does not know is passed over', () => {
  const run = fold({ type: 'tomorrow' } as unknown as Event, ask('a'));
  assert.equal(run.agents.size, 1);
});

test('an end keeps its error and its place', () => {
  const run = fold({ type: 'runStarted', name: 'n', model: 'simulated' }, { type: 'runEnded', error: 'boom', line: 4, column: 2 });
  assert.equal(run.simulated, true);
  assert.deepEqual(run.end, { status: 'failed', result: undefined, error: 'boom', line: 4, column: 2 });
});
