import type { Agent, Rlm, RunState } from '../run/state.ts';
import type { Lane, Row } from '../sheet/sheet.ts';
import { money } from '../sheet/figures.ts';
import { bounds, count, range, tokens, usd } from '../text/numbers.ts';
import { Cells } from './cells.ts';
import { RlmView } from './tree.ts';
import { attribute, children, h, text } from './dom.ts';
import { Timeline } from './timeline.ts';
import { sentence } from './words.ts';

/** The phases, one below the other. */
export class Lanes {
  readonly element = h('div', { class: 'lanes' });
  private lanes = new Map<string, LaneView>();

  /** @param clock the time since the run began, where agents are to be drawn over time; else null. */
  draw(lanes: Lane[], run: RunState, selected: Agent | null, clock: number | null): void {
    children(this.element, lanes.map((lane) => {
      let view = this.lanes.get(lane.key);
      if (view === undefined) this.lanes.set(lane.key, (view = new LaneView(lane.title)));
      view.draw(lane, run, selected, clock);
      return view.element;
    }));
  }
}

class LaneView {
  readonly element: HTMLElement;
  private count = h('span', { class: 'count' });
  private spent = h('span', { class: 'spent' });
  private body = h('div', { class: 'rows' });
  private forest = h('div', { class: 'trees' });
  private trees = new Map<Rlm, RlmView>();
  private rows = new Map<string, RowView>();
  private timeline = new Timeline();

  constructor(private title: string | null) {
    const heading = h('h2', {}, title ?? 'Outside every phase');
    this.element = h('section', { class: 'lane' }, h('header', {}, heading, this.count, this.spent), this.body, this.forest, this.timeline.element);
    attribute(this.element, 'aria-label', title ?? 'Outside every phase');
  }

  draw(lane: Lane, run: RunState, selected: Agent | null, clock: number | null): void {
    const began = run.seq > 0;
    this.element.dataset['stage'] = began ? lane.stage : 'plan';
    attribute(this.element, 'aria-current', lane.stage === 'now' && began ? 'step' : null);
    text(this.count, agents(lane, began));
    text(this.spent, began ? spent(lane, run) : expected(lane));
    const timed = clock === null ? null : lane.group;
    attribute(this.timeline.element, 'hidden', timed === null);
    for (const part of [this.body, this.forest]) attribute(part, 'hidden', timed !== null);
    if (clock !== null && timed !== null) return this.timeline.draw(timed, clock, selected);
    children(this.body, lane.rows.map((row) => {
      let view = this.rows.get(row.key);
      if (view === undefined) this.rows.set(row.key, (view = new RowView()));
      view.draw(row, this.title, began, selected);
      return view.element;
    }));
    const trees = lane.group?.trees ?? [];
    if (this.trees.size > trees.length) this.trees.clear();
    children(this.forest, trees.map((rlm) => {
      let view = this.trees.get(rlm);
      if (view === undefined) this.trees.set(rlm, (view = new RlmView(rlm)));
      view.draw(run, selected);
      return view.element;
    }));
  }
}

/** `4 of 0..30 agents`; before a run, `0..30 agents`. */
function agents(lane: Lane, began: boolean): string {
  const planned = lane.plan && bounds(lane.plan.agents);
  const one = (n: string) => (n === '1' ? 'agent' : 'agents');
  if (!began) return planned === null ? '' : planned === '?' ? 'number of agents unknown' : `${planned} ${one(planned)}`;
  const [over, all] = [lane.group?.finished ?? 0, lane.group?.agents.length ?? 0];
  if (planned === null && all === 0) return '';
  if (planned === null) return `${count(over)} of ${count(all)} ${one(String(all))}`;
  if (lane.group === null) return `${planned} ${one(planned)}`;
  const more = lane.plan?.agents.high != null && all > lane.plan.agents.high ? ', more than the plan allows' : '';
  return `${count(over)} of ${planned === '?' ? 'an unknown number of' : planned} ${one(planned)}${more}`;
}

function spent({ group, rows }: Lane, run: RunState): string {
  if (group === null) return '';
  const parts = [];
  if (group.peak > 1) parts.push(`${count(group.peak)} at once`);
  if (group.trees.length === 1 && rows.length === 0) return parts.join(); // the rest stands with the tree itself
  if (group.finished > 0) {
    const cost = money(group.spent);
    parts.push(`${tokens(group.spent.tokens)} tokens`, cost === 'unknown' ? 'cost unknown' : cost);
  }
  if (group.finished > 0 && run.simulated) parts.push('simulated');
  return parts.join(' · ');
}

function expected(lane: Lane): string {
  if (lane.plan === null) return '';
  const parts = [];
  const known = (r: { low: number | null; likely: number | null; high: number | null }) => r.likely !== null || r.high !== null || (r.low ?? 0) > 0;
  if (known(lane.plan.tokens)) parts.push(`${range(lane.plan.tokens, tokens)} tokens`);
  if (known(lane.plan.usd)) parts.push(range(lane.plan.usd, usd));
  return parts.join(' · ');
}

class RowView {
  private place = h('button', { class: 'place-link', 'data-reveal': '' });
  private label = h('span', { class: 'label' });
  private bounds = h('span', { class: 'bounds' });
  private expr = h('span', { class: 'expr' });
  private because = h('ul', { class: 'because' });
  private cells = new Cells();
  readonly element = h('div', { class: 'row' },
    h('div', { class: 'call' }, this.label, this.place, h('span', { class: 'how-many' }, this.bounds, this.expr), this.because), this.cells.element);

  draw(row: Row, phase: string | null, began: boolean, selected: Agent | null): void {
    text(this.label, row.label ?? 'agent');
    text(this.place, row.line === null ? '' : `line ${row.line}`);
    attribute(this.place, 'hidden', row.line === null);
    attribute(this.place, 'data-line', row.line);
    attribute(this.place, 'data-column', row.column);
    const planned = row.bounds && bounds(row.bounds);
    text(this.bounds, planned === null ? '' : `×${planned}`);
    const plain = row.expr === null || row.expr === planned || row.expr === String(row.bounds?.low);
    text(this.expr, plain || began ? '' : `= ${row.expr}`);
    attribute(this.because, 'hidden', began || row.because.length === 0);
    if (!began && this.because.childElementCount !== row.because.length) {
      children(this.because, row.because.map(({ line, column, text: why }) =>
        h('li', {}, ...sentence(why, { line, column }))));
    }
    const title = [phase, row.label ?? 'agent', row.line === null ? null : `line ${row.line}`, planned === null ? null : `${planned} planned`];
    this.cells.draw(row, title.filter((part) => part !== null).join(', '), selected);
  }
}
