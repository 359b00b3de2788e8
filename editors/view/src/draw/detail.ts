import { isLive, isOver, type Agent, type RunState } from '../run/state.ts';
import { isUnnamed, money } from '../sheet/figures.ts';
import { givenName, spotName } from '../sheet/tree.ts';
import { duration, tokens } from '../text/numbers.ts';
import type { Offer } from '../wire/message.ts';
import { attribute, children, h, text } from './dom.ts';
import { glyph, shapeOf, WORDS } from './glyphs.ts';

/** Characters of a prompt or a result drawn before a person asks for all. */
const FOLDED = 8_000;

/** One agent in full: how it stands, what it was asked, what it answered. */
export class Detail {
  private name = h('h2');
  private state = h('p', { class: 'state' });
  private facts = h('dl', { class: 'facts' });
  private actions = h('div', { class: 'actions' });
  private prompt = new Passage('Prompt');
  private result = new Passage('Result');
  private error = new Passage('Error');
  private setbacks = new Passage('Attempts that failed');
  readonly element = h('aside', { class: 'detail', 'aria-label': 'Agent', hidden: true },
    h('header', {}, this.name, h('button', { class: 'close', 'data-close': '', 'aria-label': 'Close', title: 'Close (Escape)' }, '×')),
    this.state, this.facts, this.actions,
    this.error.element, this.setbacks.element, this.result.element, this.prompt.element);
  private drawn = '';

  draw(agent: Agent | null, run: RunState, offers: ReadonlySet<Offer>, now: number): void {
    attribute(this.element, 'hidden', agent === null);
    if (agent === null) return;
    const clock = agent.progress === 'running' ? Math.floor(now / 1000) : '';
    const drawn = `${agent.call} ${agent.progress} ${agent.attempts} ${run.end?.status} ${run.left} ${[...offers].join()} ${clock}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    text(this.name, agent.label);
    const shape = shapeOf(agent);
    children(this.state, [glyph(shape), document.createTextNode(WORDS[shape] + (agent.attempts > 1 ? `, attempt ${agent.attempts}` : ''))]);
    this.drawFacts(agent, run, now);
    this.drawActions(agent, run, offers);
    this.error.draw(agent.error);
    this.setbacks.draw(agent.setbacks.length === 0 ? null : agent.setbacks.map((why, i) => `${i + 1}. ${why}`).join('\n'));
    this.result.draw(agent.result === undefined ? null : typeof agent.result === 'string' ? agent.result : JSON.stringify(agent.result, null, 2));
    this.prompt.draw(agent.prompt);
  }

  private drawFacts(agent: Agent, run: RunState, now: number): void {
    const { group, spot, workflow, at, given, model, spent, startedMs, endedMs, queuedMs } = agent;
    const facts: [string, string][] = [];
    if (workflow !== null) facts.push(['Workflow', workflow]);
    const phase = spot === null ? group.title : spot.rlm.phase;
    if (phase !== null) facts.push(['Phase', phase]);
    if (spot !== null) facts.push(['In', spotName(spot)]);
    if (given !== null) facts.push(['Given', givenName(given)]);
    const asked = model ?? run.model ?? (run.simulated ? 'simulated' : null);
    if (asked !== null) facts.push(['Model', asked]);
    const simulated = run.simulated ? ' simulated' : '';
    const assumed = isUnnamed(agent, run) ? ', of an assumed model' : '';
    if (isOver(agent) || spent.tokens > 0) facts.push(['Tokens', tokens(spent.tokens) + simulated], ['Cost', money(spent) + simulated + assumed]);
    if (startedMs !== null) facts.push(['Time', duration((endedMs ?? Math.max(now, startedMs)) - startedMs) + simulated]);
    if (startedMs !== null && startedMs - queuedMs >= 100) facts.push(['Waited', duration(startedMs - queuedMs)]);
    if (workflow !== null) facts.push(['Place', `line ${at.line}`]);
    children(this.facts, facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
  }

  private drawActions(agent: Agent, run: RunState, offers: ReadonlySet<Offer>): void {
    const live = isLive(run) && !isOver(agent);
    children(this.actions, [
      ...(agent.workflow === null ? [h('button', { class: 'button quiet', 'data-reveal': '', 'data-line': agent.at.line, 'data-column': agent.at.column }, `Go to line ${agent.at.line}`)] : []),
      ...(live && offers.has('skip') ? [h('button', { class: 'button quiet', 'data-steer': 'skip', title: 'The script gets null for this agent' }, 'Skip')] : []),
      ...(live && offers.has('retry') ? [h('button', { class: 'button quiet', 'data-steer': 'retry', title: 'Ask again; what was used so far is still counted' }, 'Retry')] : []),
    ]);
  }
}

/** A text of an agent; what is very long is folded. */
export class Passage {
  private body = h('pre', { tabindex: 0 });
  private more = h('button', { class: 'place-link' });
  readonly element: HTMLElement;
  private whole = '';

  constructor(title: string) {
    attribute(this.body, 'aria-label', title);
    this.element = h('section', { class: 'passage', hidden: true }, h('h3', {}, title), this.body, this.more);
    this.more.addEventListener('click', () => {
      this.body.textContent = this.whole;
      this.more.hidden = true;
    });
  }

  draw(value: string | null): void {
    attribute(this.element, 'hidden', value === null);
    if (value === null || value === this.whole) return;
    this.whole = value;
    this.body.textContent = value.slice(0, FOLDED);
    this.more.hidden = value.length <= FOLDED;
    this.more.textContent = `Show all ${value.length.toLocaleString('en-US')} characters`;
  }
}
