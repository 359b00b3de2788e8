import { isOver, type Agent, type RunState } from '../run/state.ts';
import { isUnnamed, money } from '../sheet/figures.ts';
import type { Lane } from '../sheet/sheet.ts';
import { count, duration, tokens } from '../text/numbers.ts';
import { Passage } from './detail.ts';
import { attribute, children, h, text } from './dom.ts';
import { glyph, reshape, shapeOf, WORDS } from './glyphs.ts';

const HEADINGS = ['', 'Agent', 'State', 'Tokens', 'Cost', 'Time', 'From'];

/** The run as a tree: its phases, and a line of numbers for every agent; what it was asked and what it answered unfold below. */
export class List {
  readonly element = h('div', { class: 'list', hidden: true });
  private head = h('div', { class: 'line head', 'aria-hidden': 'true' }, ...HEADINGS.map((name) => h('span', {}, name)));
  private branches = new Map<string, Branch>();

  draw(lanes: Lane[], run: RunState, now: number): void {
    const called = lanes.filter((lane) => lane.group !== null);
    children(this.element, [this.head, ...called.map((lane) => {
      let branch = this.branches.get(lane.key);
      if (branch === undefined) this.branches.set(lane.key, (branch = new Branch()));
      branch.draw(lane, run, now);
      return branch.element;
    })]);
  }
}

class Branch {
  private title = h('span', { class: 'title' });
  private cells = [h('span'), h('span'), h('span'), h('span'), h('span')] as const;
  private rows = h('div', { class: 'agents' });
  private leaves = new Map<Agent, Leaf>();
  readonly element = h('details', { class: 'branch', open: true }, h('summary', { class: 'line' }, h('span', { class: 'fold' }), this.title, ...this.cells), this.rows);

  draw({ title, group }: Lane, run: RunState, now: number): void {
    if (group === null) return;
    text(this.title, title ?? 'Outside every phase');
    const [first, last] = [Math.min(...group.agents.map((a) => a.startedMs ?? Infinity)), Math.max(...group.agents.map((a) => a.endedMs ?? 0))];
    const cells = [`${count(group.finished)} of ${count(group.agents.length)}`, tokens(group.spent.tokens), money(group.spent), last > first ? duration(last - first) : '', Number.isFinite(first) ? duration(first) : ''];
    cells.forEach((cell, i) => text(this.cells[i] as HTMLElement, cell));
    if (this.leaves.size > group.agents.length) this.leaves.clear();
    children(this.rows, group.agents.map((agent) => {
      let leaf = this.leaves.get(agent);
      if (leaf === undefined) this.leaves.set(agent, (leaf = new Leaf(agent)));
      leaf.draw(run, now);
      return leaf.element;
    }));
  }
}

class Leaf {
  private icon: SVGSVGElement;
  private name = h('span', { class: 'title' });
  private cells = [h('span', { class: 'word' }), h('span'), h('span'), h('span'), h('span')] as const;
  readonly element: HTMLDetailsElement;
  private body: { prompt: Passage; result: Passage; error: Passage } | null = null;
  private drawn = '';

  constructor(private agent: Agent) {
    this.icon = glyph(shapeOf(agent));
    this.name.textContent = agent.label;
    attribute(this.name, 'title', agent.label);
    this.element = h('details', { class: 'leaf' }, h('summary', { class: 'line' }, this.icon, this.name, ...this.cells));
    this.element.addEventListener('toggle', () => this.unfold());
  }

  draw(run: RunState, now: number): void {
    const { agent } = this;
    const shape = shapeOf(agent);
    const drawn = `${shape} ${agent.attempts} ${agent.progress === 'running' ? Math.floor(now / 1000) : ''} ${run.left}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    reshape(this.icon, shape);
    const { spent, startedMs, endedMs } = agent;
    const known = isOver(agent) || spent.tokens > 0;
    const cells = [
      WORDS[shape] + (agent.attempts > 1 ? `, attempt ${agent.attempts}` : ''),
      known ? tokens(spent.tokens) : '',
      known ? money(spent) + (isUnnamed(agent, run) && spent.usd > 0 ? '*' : '') : '',
      startedMs === null ? '' : duration(Math.max(0, (endedMs ?? now) - startedMs)),
      startedMs === null ? '' : duration(startedMs),
    ];
    cells.forEach((cell, i) => text(this.cells[i] as HTMLElement, cell));
    attribute(this.cells[2], 'title', isUnnamed(agent, run) ? 'At the price of an assumed model: this call names none' : null);
    this.unfold();
  }

  /** Texts are only made for agents that are unfolded. */
  private unfold(): void {
    const { agent } = this;
    if (!this.element.open) return;
    if (this.body === null) {
      this.body = { prompt: new Passage('Prompt'), result: new Passage('Result'), error: new Passage('Error') };
      this.element.append(h('div', { class: 'texts' }, this.body.error.element, this.body.prompt.element, this.body.result.element));
    }
    this.body.prompt.draw(agent.prompt);
    this.body.error.draw(agent.error);
    this.body.result.draw(agent.result === undefined ? null : typeof agent.result === 'string' ? agent.result : JSON.stringify(agent.result, null, 2));
  }
}
