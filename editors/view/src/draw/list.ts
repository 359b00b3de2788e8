import { isOver, nothing, type Agent, type Group, type Rlm, type RunState, type Tally, type Turn } from '../run/state.ts';
import { isUnnamed, money } from '../sheet/figures.ts';
import type { Lane } from '../sheet/sheet.ts';
import { callsOf, givenName, nameOf, turnName } from '../sheet/tree.ts';
import { count, duration, tokens } from '../text/numbers.ts';
import { Passage } from './detail.ts';
import { attribute, children, h, text } from './dom.ts';
import { glyph, reshape, shapeOf, WORDS } from './glyphs.ts';

const HEADINGS = ['', 'Agent', 'State', 'Tokens', 'Cost', 'Time', 'From'];

/** The run as a tree: its phases, the recursive models in them, their turns, and a line of numbers for every agent; what it was asked and what it answered unfold below. */
export class List {
  readonly element = h('div', { class: 'list', hidden: true });
  private head = h('div', { class: 'line head', 'aria-hidden': 'true' }, ...HEADINGS.map((name) => h('span', {}, name)));
  private branches = new Map<string, Branch>();

  draw(lanes: Lane[], run: RunState, now: number): void {
    const boughs = lanes.flatMap((lane) => (lane.group === null ? [] : [phase(lane.key, lane.title, lane.group)]));
    children(this.element, [this.head, ...drawn(boughs, this.branches, run, now)]);
  }
}

/** Some agents under one name, and what is below it. */
interface Bough extends Pick<Tally, 'agents' | 'finished' | 'spent'> {
  key: string;
  title: string;
  own: readonly Agent[];
  below: Bough[];
}

function phase(key: string, title: string | null, group: Group): Bough {
  const { agents, finished, spent, trees } = group;
  return { key, title: title ?? 'Outside every phase', agents, finished, spent, own: trees.length > 0 ? agents.filter((agent) => agent.spot === null) : agents, below: trees.map(model) };
}

function model(rlm: Rlm): Bough {
  const { node, agents, finished, spent, turns } = rlm;
  return { key: node, title: nameOf(rlm), agents, finished, spent, own: [], below: turns.map((turn) => turnOf(rlm, turn)) };
}

function turnOf(rlm: Rlm, turn: Turn): Bough {
  const [own, below] = [callsOf(turn), turn.cells.flatMap((cell) => cell.below).map(model)];
  const agents = [...own, ...below.flatMap((bough) => bough.agents)];
  const spent = nothing();
  for (const agent of agents) for (const key of ['tokens', 'usd', 'unpriced'] as const) spent[key] += agent.spent[key];
  return { key: `${rlm.node} ${turn.number}`, title: turnName(turn), agents, finished: agents.filter(isOver).length, spent, own, below };
}

function drawn(boughs: Bough[], branches: Map<string, Branch>, run: RunState, now: number): Element[] {
  return boughs.map((bough) => {
    let branch = branches.get(bough.key);
    if (branch === undefined) branches.set(bough.key, (branch = new Branch()));
    branch.draw(bough, run, now);
    return branch.element;
  });
}

class Branch {
  private title = h('span', { class: 'title' });
  private cells = [h('span'), h('span'), h('span'), h('span'), h('span')] as const;
  private rows = h('div', { class: 'agents' });
  private leaves = new Map<Agent, Leaf>();
  private branches = new Map<string, Branch>();
  readonly element = h('details', { class: 'branch', open: true }, h('summary', { class: 'line' }, h('span', { class: 'fold' }), this.title, ...this.cells), this.rows);

  draw({ title, agents, finished, spent, own, below }: Bough, run: RunState, now: number): void {
    text(this.title, title);
    const [first, last] = [Math.min(...agents.map((a) => a.startedMs ?? Infinity)), Math.max(...agents.map((a) => a.endedMs ?? 0))];
    const cells = [`${count(finished)} of ${count(agents.length)}`, tokens(spent.tokens), money(spent), last > first ? duration(last - first) : '', Number.isFinite(first) ? duration(first) : ''];
    cells.forEach((cell, i) => text(this.cells[i] as HTMLElement, cell));
    if (this.leaves.size > own.length) this.leaves.clear();
    children(this.rows, [...own.map((agent) => {
      let leaf = this.leaves.get(agent);
      if (leaf === undefined) this.leaves.set(agent, (leaf = new Leaf(agent)));
      leaf.draw(run, now);
      return leaf.element;
    }), ...drawn(below, this.branches, run, now)]);
  }
}

class Leaf {
  private icon: SVGSVGElement;
  private name = h('span', { class: 'title' });
  private cells = [h('span', { class: 'word' }), h('span'), h('span'), h('span'), h('span')] as const;
  readonly element: HTMLDetailsElement;
  private body: { prompt: Passage; given: Passage; result: Passage; error: Passage } | null = null;
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
      this.body = { prompt: new Passage('Prompt'), given: new Passage('Given'), result: new Passage('Result'), error: new Passage('Error') };
      this.element.append(h('div', { class: 'texts' }, this.body.error.element, this.body.prompt.element, this.body.given.element, this.body.result.element));
    }
    this.body.prompt.draw(agent.prompt);
    this.body.given.draw(agent.given === null ? null : givenName(agent.given));
    this.body.error.draw(agent.error);
    this.body.result.draw(agent.result === undefined ? null : typeof agent.result === 'string' ? agent.result : JSON.stringify(agent.result, null, 2));
  }
}
