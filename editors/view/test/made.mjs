import { readFileSync } from 'node:fs';

// Plans and events to draw: those of the seed example, and of runs of any size.

const unknown = { low: null, likely: null, high: null, basis: 'bounds' };

export const plan = {
  name: 'review-changes',
  description: 'Review the changes in three dimensions; refute each finding with a second agent.',
  agents: { low: 3, high: 33 },
  peakWidth: { low: 1, high: 30 },
  criticalPath: { low: 1, high: 2 },
  phases: [
    { title: 'Review', agents: { low: 3, high: 3 }, tokens: { low: 2400, likely: 6200, high: 9000, basis: 'bounds' }, usd: { low: 0.01, likely: 0.04, high: 0.09, basis: 'bounds' } },
    { title: 'Verify', agents: { low: 0, high: 30 }, tokens: { low: 0, likely: 12000, high: 60000, basis: 'bounds' }, usd: { low: 0, likely: 0.08, high: 0.6, basis: 'bounds' } },
  ],
  calls: [
    { line: 24, column: 12, phase: 'Review', label: 'review', low: 3, high: 3, expr: '3', because: [] },
    { line: 31, column: 9, phase: 'Verify', label: 'refute', low: 0, high: 30, expr: '≤10·findings',
      because: [{ line: 25, column: 5, text: 'the number of findings is decided by the run, at most 10 by its schema' }] },
  ],
  tokens: { low: 2400, likely: 18200, high: 69000, basis: 'simulated', runs: 20 },
  usd: { low: 0.01, likely: 0.12, high: 0.69, basis: 'simulated', runs: 20 },
};

export const unbounded = {
  ...plan,
  name: 'sweep-until-dry',
  agents: { low: 1, high: null },
  peakWidth: { low: 1, high: 1 },
  criticalPath: { low: 1, high: null },
  phases: [{ title: 'Sweep', agents: { low: 1, high: null }, tokens: unknown, usd: unknown }],
  calls: [{ line: 7, column: 16, phase: 'Sweep', label: null, low: 1, high: null, expr: '?',
    because: [{ line: 6, column: 1, text: 'the loop goes on until an answer is empty' }] }],
  tokens: unknown,
  usd: unknown,
};

/** A run of `n` agents in two phases, `cap` at a time, as events; `until` is the share of it that has happened. */
export function run(n, { cap = 16, until = 1 } = {}) {
  const events = [];
  let ms = 0;
  const say = (event) => events.push({ seq: events.length + 1, ms, ...event });
  const start = (call) => say({ type: 'agentStarted', call });
  say({ type: 'runStarted', run: '20260102-030405-a1b2', name: plan.name, script: 'review.workflow.js', model: 'simulated', simulated: true, concurrency: cap });
  say({ type: 'phase', title: 'Review' });
  ['bugs', 'performance', 'security'].forEach((label, i) => say({ type: 'agentQueued', call: i + 1, label, phase: 'Review', line: 24, column: 12, prompt: `Review the diff for ${label}.\nReturn findings.` }));
  for (const call of [1, 2, 3]) start(call);
  for (const call of [1, 2, 3]) {
    ms += 800;
    say({ type: 'agentDone', call, result: { findings: [{ file: 'src/a.ts', line: 10 + call }] }, usage: { input: 1200, output: 300 + call }, usd: 0 });
  }
  say({ type: 'phase', title: 'Verify' });
  const total = Math.max(0, n - 3);
  say({ type: 'log', message: `${total} findings to refute` });
  for (let i = 0; i < total; i++) say({ type: 'agentQueued', call: i + 4, label: `src/file-${i}.ts`, phase: 'Verify', line: 31, column: 9, prompt: `Refute finding ${i}: “naïve 比較 🙂”` });
  const active = [];
  const end = Math.floor(total * until);
  let next = 0;
  for (let done = 0; ; done++) {
    while (active.length < cap && next < total) { start(next + 4); active.push(next++); }
    if (done >= end) break;
    const i = active.shift();
    const call = i + 4;
    const usage = { input: 700, output: 90 };
    ms += 40;
    if (i % 17 === 5) say({ type: 'agentRetried', call, attempt: 2, reason: '529 overloaded', waitMs: 500, usage: {} });
    if (i % 23 === 7) say({ type: 'agentFailed', call, error: 'The answer did not fit the schema: /verdict is missing.', thrown: true, line: 31, column: 9, usage, usd: 0 });
    else if (i % 29 === 8) say({ type: 'agentSkipped', call });
    else say({ type: 'agentDone', call, result: { verdict: i % 2 ? 'real' : 'refuted' }, usage, usd: 0, ...(i % 11 === 3 && { cached: true }) });
    if (i % 23 === 7) say({ type: 'dropped', from: 'pipeline', index: i, stage: 1, reason: 'The answer did not fit the schema.', line: 30, column: 3 });
  }
  if (until < 1 && active.length > 1) say({ type: 'agentRetried', call: active[1] + 4, attempt: 2, reason: '429 slow down', waitMs: 500, usage: {} });
  if (until === 1) say({ type: 'runEnded', status: 'ok', result: { confirmed: 4, refuted: 6 } });
  return events;
}

const template = readFileSync(new URL('../page.html', import.meta.url), 'utf8');

/** A page with the view and messages to it, as `callsheet report` writes it. */
export function page(script, style, messages) {
  const parts = { title: 'Callsheet', style, script, messages: JSON.stringify(messages).replaceAll('<', '\\u003c') };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}
