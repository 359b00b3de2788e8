import type { Lane } from '../sheet/sheet.ts';
import { attribute, h } from './dom.ts';
import { glyph, shapeOf, WORDS, type Shape } from './glyphs.ts';

/** What the shapes on the page mean; those that are not on it are left out. */
export class Legend {
  private items = new Map<Shape, Element>();
  readonly element = h('ul', { class: 'legend', 'aria-label': 'Legend' });

  constructor() {
    for (const [shape, word] of Object.entries(WORDS) as [Shape, string][]) {
      const item = h('li', { hidden: true }, glyph(shape), word);
      this.items.set(shape, item);
      this.element.append(item);
    }
  }

  draw(lanes: Lane[]): void {
    const shown = new Set<Shape>();
    for (const { certain, possible, agents } of lanes.flatMap((lane) => lane.rows)) {
      if (certain > 0) shown.add('certain');
      if (possible > 0) shown.add('possible');
      for (const agent of agents) shown.add(shapeOf(agent));
    }
    for (const agent of lanes.flatMap((lane) => lane.group?.agents ?? [])) if (agent.spot !== null) shown.add(shapeOf(agent));
    for (const [shape, item] of this.items) attribute(item, 'hidden', !shown.has(shape));
  }
}
