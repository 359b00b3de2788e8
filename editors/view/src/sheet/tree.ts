import type { Agent, Cell, Given, Rlm, RunState, Spot, Turn } from '../run/state.ts';
import { count, percent } from '../text/numbers.ts';
import type { Cited } from '../wire/event.ts';

/** What people call a model: its own name, or its place in what began it: `rlm[0]`, `workflow(vote)/rlm[0]`. */
export function nameOf({ label, node, above }: Rlm): string {
  if (label !== null || above === null) return label ?? node;
  const below = node.slice(above.rlm.node.length + 1);
  return below.slice(below.indexOf('/') + 1);
}

/** `turn 2`, `closing` or `direct`. */
export function turnName({ number }: Turn): string {
  return typeof number === 'number' ? `turn ${number}` : number;
}

/** `rlm[0], turn 2, cell 1`. */
export function spotName({ rlm, turn, cell }: Spot): string {
  return [rlm.label ?? rlm.node, turnName(turn), cell === null ? null : `cell ${cell.number}`].filter((part) => part !== null).join(', ');
}

/** Calls of a turn, those of models that its cells began left out. */
export function callsOf({ asked, cells }: Turn): Agent[] {
  return [...(asked === null ? [] : [asked]), ...cells.flatMap((cell) => cell.calls)];
}

/** `notes.txt, bytes 0–4,096 of 40,960 (10 %)`: the part of a context that a model was given. */
export function givenName({ context, start, end, of }: Given): string {
  return `${context}, bytes ${count(start)}–${count(end)}${of ? ` of ${count(of)} (${percent((end - start) / of)})` : ''}`;
}

/** `notes.txt:12-14`, as the terminal says it. */
export function citedName({ context, firstLine, lastLine }: Cited): string {
  return `${context}:${firstLine}${lastLine === firstLine ? '' : `-${lastLine}`}`;
}

/** How a model stands, in a word. */
export function wordOf(rlm: Rlm): string {
  return rlm.end === null ? 'at work' : { submitted: 'submitted', extracted: 'extracted', direct: 'answered directly', failed: 'failed', abandoned: 'given up' }[rlm.end.how];
}

/** How a cell stands: its code is known once it has run. */
export function cellWord({ ran }: Cell, over: boolean): string {
  return ran === null ? (over ? 'given up' : 'runs') : ran.ok ? 'ran' : 'failed';
}

/** The model that writes the cells, as far as is known. */
export function rootModel(rlm: Rlm, run: RunState): string | null {
  const asked = rlm.turns.find((turn) => turn.asked !== null)?.asked;
  if (!asked) return null;
  return asked.model ?? run.model ?? (run.simulated ? 'simulated' : null);
}

/** A stretch of a context in which the same share was used: parts of its length, from 0 to 1, and percent. */
export interface Stretch {
  from: number;
  to: number;
  percent: number;
}

/** Equal neighbours as one: bands of 64 are drawn with as few shapes as there are changes. Unused ones are left out. */
export function stretches(bands: readonly number[]): Stretch[] {
  const found: Stretch[] = [];
  bands.forEach((percent, i) => {
    const last = found.at(-1);
    if (last !== undefined && last.percent === percent) last.to = (i + 1) / bands.length;
    else found.push({ from: i / bands.length, to: (i + 1) / bands.length, percent });
  });
  return found.filter(({ percent }) => percent > 0);
}
