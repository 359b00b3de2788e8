// Plans and events to draw: those of the seed example, and of runs of any size.

const unknown = { low: null, likely: null, high: null, basis: 'bounds' };

export const plan = {
  name: 'review-changes',
  description: 'Review the changes in three dimensions; refute each finding with a second agent.',
  agents: { low: 3, high: 33 },
  phases: [
    { title: 'Review', agents: { low: 3, high: 3 }, tokens: { low: 2400, likely: 6200, high: 9000, basis: 'bounds' }, usd: { low: 0.01, likely: 0.04, high: 0.09, basis: 'bounds' } },
    { title: 'Verify', agents: { low: 0, high: 30 }, tokens: { low: 0, likely: 12000, high: 60000, basis: 'bounds' }, usd: { low: 0, likely: 0.08, high: 0.6, basis: 'bounds' } },
  ],
  calls: [
    { line: 24, column: 12, phase: 'Review', label: 'review', low: 3, high: 3, expr: '3', because: [] },
    { line: 31, column: 9, phase: 'Verify', label: 'refute', low: 0, high: 30, expr: '≤10·findings',
      because: [{ line: 25, column: 5, text: 'the number of findings is decided by the run, at most 10 by its schema' }] },
  ],
  tokens: { low: 2400, likely: 18200, high: 69000, basis: { simulated: { runs: 20 } } },
  usd: { low: 0.01, likely: 0.12, high: 0.69, basis: { simulated: { runs: 20 } } },
};

export const unbounded = {
  ...plan,
  name: 'sweep-until-dry',
  agents: { low: 1, high: null },
  phases: [{ title: 'Sweep', agents: { low: 1, high: null }, tokens: unknown, usd: unknown }],
  calls: [{ line: 7, column: 16, phase: 'Sweep', label: null, low: 1, high: null, expr: '?',
    because: [{ line: 6, column: 1, text: 'the loop goes on until an answer is empty' }] }],
  tokens: unknown,
  usd: unknown,
};

/** A run of `n` agents in two phases, `cap` at a time, as entries. */
export function run(n, { cap = 16, model = 'simulated', until = 1 } = {}) {
  const entries = [];
  let seq = 0;
  let at = 0;
  const say = (event) => entries.push({ seq: seq++, at, event });
  say({ type: 'runStarted', name: plan.name, model });
  const finders = ['bugs', 'performance', 'security'];
  say({ type: 'phase', title: 'Review' });
  finders.forEach((label, i) => say({ type: 'agentQueued', call: `r${i}`, label, phase: 'Review', line: 24, column: 12, prompt: `Review the diff for ${label}.\nReturn findings.` }));
  finders.forEach((_, i) => say({ type: 'agentStarted', call: `r${i}`, attempt: 1 }));
  finders.forEach((_, i) => {
    at += 800;
    say({ type: 'agentDone', call: `r${i}`, result: { findings: [{ file: 'src/a.ts', line: 10 + i }] }, usage: { input: 1200, output: 300 + i }, usd: 0 });
  });
  say({ type: 'phase', title: 'Verify' });
  say({ type: 'log', message: `${n - 3} findings to refute` });
  const total = Math.max(0, n - 3);
  const active = [];
  let next = 0;
  const queue = (i) => say({ type: 'agentQueued', call: `v${i}`, label: `src/file-${i}.ts`, phase: 'Verify', line: 31, column: 9, prompt: `Refute finding ${i}: “naïve 比較 🙂”` });
  for (let i = 0; i < total; i++) queue(i);
  const end = Math.floor(total * until);
  for (let done = 0; done < end || active.length; ) {
    while (active.length < cap && next < total) { say({ type: 'agentStarted', call: `v${next}`, attempt: 1 }); active.push(next++); }
    if (done >= end) break;
    const i = active.shift();
    at += 40;
    done++;
    if (i % 17 === 5) { say({ type: 'agentRetried', call: `v${i}`, reason: '529 overloaded' }); say({ type: 'agentStarted', call: `v${i}`, attempt: 2 }); }
    if (i % 23 === 7) say({ type: 'agentFailed', call: `v${i}`, error: 'The answer did not fit the schema: /verdict is missing.' });
    else if (i % 29 === 8) say({ type: 'agentSkipped', call: `v${i}` });
    else say({ type: 'agentDone', call: `v${i}`, result: { verdict: i % 2 ? 'real' : 'refuted' }, usage: { input: 700, output: 90 }, usd: 0, cached: i % 11 === 3 });
  }
  if (until === 1) say({ type: 'runEnded', status: 'done', result: { confirmed: 4, refuted: 6 } });
  return entries;
}

/** A page with the view and messages to it, as `callsheet report` writes it. */
export function page(js, css, messages, attributes = '') {
  const data = JSON.stringify(messages).replaceAll('<', '\\u003c');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Callsheet</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-n'; script-src 'nonce-n'">
<style nonce="n">${css}</style></head><body ${attributes}><div id="callsheet"></div>
<script type="application/json" id="callsheet-data">${data}</script>
<script nonce="n">${js}</script></body></html>`;
}
