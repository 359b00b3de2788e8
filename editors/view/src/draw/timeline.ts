import type { Agent, Group } from '../run/state.ts';
import { bars } from '../sheet/timeline.ts';
import { duration } from '../text/numbers.ts';
import { agentOf } from './cells.ts';
import { attribute, h, text } from './dom.ts';
import { shapeOf, WORDS } from './glyphs.ts';

const SVG = 'http://www.w3.org/2000/svg';
const TRACK = 10;
const GAP = 2;

/**
 * The agents of a group over time, as wide as the run is long. Bars are in milliseconds, so that time goes on by one attribute. For eyes and
 * mice: the shapes of the other view have the same agents for keys and screen readers.
 */
export class Timeline {
  private svg = document.createElementNS(SVG, 'svg');
  private from = h('span');
  private to = h('span');
  private drawn = new Map<Agent, { bar: SVGRectElement; state: string }>();
  readonly element = h('div', { class: 'timeline' }, h('div', { class: 'axis', 'aria-hidden': 'true' }, this.from, this.to));

  constructor() {
    this.svg.setAttribute('preserveAspectRatio', 'none');
    this.svg.setAttribute('role', 'img');
    this.element.prepend(this.svg);
  }

  draw(group: Group, now: number, selected: Agent | null): void {
    const placed = bars(group.agents, now);
    const tracks = placed.reduce((most, { track }) => Math.max(most, track + 1), 1);
    const height = tracks * TRACK;
    attribute(this.svg, 'viewBox', `0 0 ${Math.max(1, Math.round(now))} ${height}`);
    this.svg.style.setProperty('height', `${height}px`);
    attribute(this.svg, 'aria-label', `${group.title ?? 'Agents'} over time: ${placed.length} agents, at most ${group.peak} at once`);
    text(this.from, '0 s');
    text(this.to, duration(now));
    for (const { agent, track, from, to } of placed) {
      const state = `${shapeOf(agent)} ${Math.round(to)} ${agent === selected}`;
      let one = this.drawn.get(agent);
      if (one?.state === state) continue;
      if (one === undefined) {
        const bar = document.createElementNS(SVG, 'rect');
        bar.setAttribute('y', String(track * TRACK));
        bar.setAttribute('height', String(TRACK - GAP));
        bar.setAttribute('x', String(from));
        bar.append(document.createElementNS(SVG, 'title'));
        agentOf.set(bar, agent);
        this.svg.append(bar);
        this.drawn.set(agent, (one = { bar, state: '' }));
      }
      one.state = state;
      one.bar.setAttribute('width', String(Math.max(to - from, now / 600)));
      one.bar.setAttribute('class', `bar ${shapeOf(agent)}${agent === selected ? ' chosen' : ''}`);
      const title = one.bar.firstElementChild;
      if (title) text(title, `${agent.label}: ${WORDS[shapeOf(agent)]}, ${duration(to - from)}`);
    }
    if (this.drawn.size > placed.length) this.forget(new Set(placed.map(({ agent }) => agent)));
  }

  /** Another run: its agents are others. */
  private forget(kept: Set<Agent>): void {
    for (const [agent, { bar }] of this.drawn) {
      if (kept.has(agent)) continue;
      bar.remove();
      this.drawn.delete(agent);
    }
  }
}
