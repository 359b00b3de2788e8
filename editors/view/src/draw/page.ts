import type { Host } from '../host.ts';
import { apply, leave } from '../run/fold.ts';
import { before, finished, time, type Agent, type RunState } from '../run/state.ts';
import { figures } from '../sheet/figures.ts';
import { sheet } from '../sheet/sheet.ts';
import type { CallId } from '../wire/event.ts';
import type { Command, Offer, ToView } from '../wire/message.ts';
import type { Plan, Prices } from '../wire/plan.ts';
import { agentOf } from './cells.ts';
import { Detail } from './detail.ts';
import { children, h, text } from './dom.ts';
import { Figures, Header, statusOf } from './header.ts';
import { move } from './keys.ts';
import { Lanes } from './lanes.ts';
import { List } from './list.ts';
import { Legend } from './legend.ts';
import { Story } from './story.ts';

/** How agents are drawn. */
type Way = 'shapes' | 'time' | 'list';

/** The whole view: takes messages at once, draws at most once a frame. */
export class Page {
  private title = 'Workflow';
  private plan: Plan | null = null;
  private prices: Prices | null = null;
  private problem: string | null = null;
  private planned = false;
  private note: string | null = null;
  private offers: ReadonlySet<Offer> = new Set();
  private runId: string | null = null;
  private run: RunState = before();
  private chosen: CallId | null = null;
  /** Added to `performance.now()` it gives the time since the run began. */
  private offset = 0;
  private way: Way = 'shapes';
  private asked = false;
  private said = '';

  private header = new Header();
  private figures = new Figures();
  private lanes = new Lanes();
  private list = new List();
  private legend = new Legend();
  private detail = new Detail();
  private story = new Story();
  private ways = h('div', { class: 'ways', role: 'group', 'aria-label': 'How agents are drawn' },
    h('button', { class: 'way', 'data-way': 'shapes', 'aria-pressed': 'true' }, 'Agents'), h('button', { class: 'way', 'data-way': 'time', 'aria-pressed': 'false' }, 'Timeline'),
    h('button', { class: 'way', 'data-way': 'list', 'aria-pressed': 'false' }, 'List'));
  private empty = h('p', { class: 'empty' });
  private spoken = h('p', { role: 'status', class: 'spoken' });

  constructor(private root: Element, private host: Host) {
    const main = h('main', {}, this.story.ended, this.ways, this.empty, this.lanes.element, this.list.element, this.legend.element, this.story.result, this.story.element);
    children(root, [this.spoken, this.header.element, this.figures.element, h('div', { class: 'below' }, main, this.detail.element)]);
    root.addEventListener('click', (event) => this.clicked(event));
    root.addEventListener('keydown', (event) => this.pressed(event as KeyboardEvent));
    host.listen((message) => this.take(message));
    host.say({ type: 'ready' });
    setInterval(() => statusOf(this.run) === 'live' && this.ask(), 1000);
    this.ask();
  }

  private take(message: ToView): void {
    switch (message.type) {
      case 'plan':
        this.title = message.title;
        this.plan = message.plan;
        this.prices = message.plan?.prices ?? message.prices ?? null;
        this.planned = true;
        this.problem = message.problem ?? null;
        break;
      case 'offer':
        this.offers = new Set(message.offers);
        this.note = message.note ?? null;
        break;
      case 'run':
        this.runId = message.runId;
        this.run = before();
        this.chosen = null;
        break;
      case 'left':
        if (message.runId !== this.runId) return;
        leave(this.run, message.how);
        break;
      case 'events':
        if (message.runId !== this.runId) return;
        for (const event of message.events) apply(this.run, event);
        this.offset = this.run.ms - performance.now();
        break;
    }
    this.ask();
  }

  private ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  private draw(): void {
    const { run, plan } = this;
    const now = time(run, performance.now() + this.offset);
    const chosen = this.chosenAgent();
    this.header.draw(this.title, plan, run, this.runId, this.offers, this.note);
    this.figures.draw(figures(plan, run, now, this.prices));
    const lanes = sheet(plan, run);
    this.ways.hidden = run.seq === 0;
    const way = run.seq > 0 ? this.way : 'shapes';
    this.lanes.element.hidden = way === 'list';
    this.list.element.hidden = way !== 'list';
    if (way === 'list') this.list.draw(lanes, run, now);
    else this.lanes.draw(lanes, run, chosen, way === 'time' ? now : null);
    this.legend.draw(lanes);
    this.root.classList.toggle('reveals', this.offers.has('reveal'));
    this.root.classList.toggle('live', statusOf(run) === 'live');
    const nothing = lanes.every((lane) => lane.rows.length === 0 && (lane.group?.trees ?? []).length === 0);
    this.empty.hidden = !nothing && this.problem === null;
    text(this.empty, this.problem ?? (run.seq > 0 ? 'No agent has been called yet.' : this.planned ? 'This script calls no agent.' : 'Reading the script…'));
    this.detail.draw(chosen, run, this.offers, now);
    this.story.draw(run);
    this.keepOneTabStop();
    this.speak();
  }

  private chosenAgent(): Agent | null {
    return this.chosen === null ? null : (this.run.agents.get(this.chosen) ?? null);
  }

  /** One agent at a time can be reached by Tab; the arrow keys go on from there. */
  private keepOneTabStop(): void {
    const lanes = this.lanes.element;
    if (lanes.querySelector('.cell[tabindex="0"]') === null) lanes.querySelector('.cell')?.setAttribute('tabindex', '0');
  }

  /** Tells a screen reader of phases and ends, not of every agent. */
  private speak(): void {
    const status = statusOf(this.run);
    const { phase } = this.run;
    let said = status === 'live' ? `Running${phase === null ? '' : `, phase ${phase}`}` : '';
    if (this.run.end !== null) said = `The run ${status === 'ok' ? 'is done' : status === 'failed' ? 'failed' : 'was stopped'}, ${finished(this.run)} agents`;
    if (said !== this.said) text(this.spoken, (this.said = said));
  }

  private clicked(event: Event): void {
    const target = event.target as Element;
    const drawn = target.closest('.cell, .bar');
    const agent = drawn && agentOf.get(drawn);
    if (drawn && agent) return this.choose(agent, drawn);
    const button = target.closest<HTMLElement>('button');
    if (button === null) return;
    const { line, column, command, steer, way } = button.dataset;
    if (line !== undefined) this.host.say({ type: 'reveal', line: Number(line), column: Number(column ?? 1) });
    else if (isCommand(command)) this.host.say({ type: 'command', command });
    else if ((steer === 'skip' || steer === 'retry') && this.chosen !== null) {
      this.host.say({ type: 'steer', how: steer, call: this.chosen });
    } else if (way !== undefined) this.draws(way as Way);
    else if ('close' in button.dataset) this.close();
  }

  private draws(way: Way): void {
    this.way = way;
    if (way === 'list') this.chosen = null; // there, texts unfold in their place
    for (const button of this.ways.querySelectorAll<HTMLElement>('.way')) button.setAttribute('aria-pressed', String(button.dataset['way'] === way));
    this.ask();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.chosen !== null) return this.close();
    const cell = (event.target as Element).closest('.cell');
    if (cell === null) return;
    const agent = agentOf.get(cell);
    if ((event.key === 'Enter' || event.key === ' ') && agent) {
      event.preventDefault();
      return this.choose(agent, cell);
    }
    const next = move(this.lanes.element, cell, event.key);
    if (next === null) return;
    event.preventDefault();
    this.focus(next);
    const other = agentOf.get(next);
    if (this.chosen !== null && other) this.choose(other, next); // with one open, going on means reading the next
  }

  private choose(agent: Agent, drawn: Element): void {
    this.chosen = agent.call;
    if (drawn instanceof HTMLElement) this.focus(drawn);
    this.ask();
  }

  private focus(cell: HTMLElement): void {
    for (const other of this.lanes.element.querySelectorAll('.cell[tabindex="0"]')) other.setAttribute('tabindex', '-1');
    cell.setAttribute('tabindex', '0');
    cell.focus();
  }

  private close(): void {
    this.chosen = null;
    this.lanes.element.querySelector<HTMLElement>('.cell[tabindex="0"]')?.focus();
    this.ask();
  }
}

function isCommand(name: string | undefined): name is Command {
  return name === 'run' || name === 'dryRun' || name === 'stop' || name === 'transcript' || name === 'report' || name === 'resume';
}
