import { isOver, type Agent } from '../run/state.ts';
import type { Row } from '../sheet/sheet.ts';
import { givenName } from '../sheet/tree.ts';
import { count, tokens } from '../text/numbers.ts';
import { attribute, children, h, text } from './dom.ts';
import { glyph, reshape, shapeOf, WORDS, type Shape } from './glyphs.ts';

/** More agents than this in a row are drawn as shapes without names. */
const NAMED = 8;
/** Agents of a wide row are drawn in blocks of this many, so that a change is laid out and painted in its block alone. */
const BLOCK = 100;
/** More places than this kept for agents to come are told in words. */
const PLACES = 24;

/** The agents of one row, and places for those to come. Only what changed since the last drawing is touched. */
export class Cells {
  readonly element = h('div', { role: 'listbox', class: 'cells', 'aria-orientation': 'horizontal' });
  private cells = new Map<Agent, Cell>();
  private certain: Element[] = [];
  private possible: Element[] = [];
  private blocks: Element[] = [];
  private rest = h('span', { class: 'rest' });

  draw(row: Pick<Row, 'agents' | 'certain' | 'possible'>, title: string, selected: Agent | null): void {
    attribute(this.element, 'aria-label', title);
    const most = Math.max(row.agents.length, row.agents.length + row.certain + row.possible);
    this.element.classList.toggle('named', most <= NAMED);
    const wanted: Element[] = [];
    for (const agent of row.agents) {
      let cell = this.cells.get(agent);
      if (cell === undefined) this.cells.set(agent, (cell = new Cell(agent)));
      cell.draw(agent === selected);
      wanted.push(cell.element);
    }
    if (this.cells.size > row.agents.length) {
      const kept = new Set(row.agents);
      for (const agent of this.cells.keys()) if (!kept.has(agent)) this.cells.delete(agent);
    }
    const certain = Math.min(row.certain, PLACES);
    const possible = Math.min(row.possible, PLACES - certain);
    wanted.push(...places(this.certain, certain, 'certain'), ...places(this.possible, possible, 'possible'));
    const untold = rest(row.certain - certain, row.possible - possible);
    text(this.rest, untold);
    if (untold !== '') wanted.push(this.rest);
    attribute(this.element, 'hidden', wanted.length === 0);
    children(this.element, this.inBlocks(wanted));
  }

  private inBlocks(wanted: Element[]): Element[] {
    const blocks = [];
    for (let from = 0; from < wanted.length; from += BLOCK) {
      const block: Element = (this.blocks[blocks.length] ??= h('div', { role: 'presentation', class: 'block' }));
      children(block, wanted.slice(from, from + BLOCK));
      blocks.push(block);
    }
    return blocks;
  }
}

function places(pool: Element[], wanted: number, shape: Shape): Element[] {
  while (pool.length < wanted) pool.push(h('span', { class: 'place', 'aria-hidden': 'true' }, glyph(shape)));
  return pool.slice(0, wanted);
}

function rest(certain: number, possible: number): string {
  const parts = [];
  if (certain > 0) parts.push(`+ ${count(certain)} to come`);
  if (possible === Infinity) parts.push('… without bound');
  else if (possible > 0) parts.push(`+ ${count(possible)} possible`);
  return parts.join(', ');
}

/** The agent a drawn element stands for. */
export const agentOf = new WeakMap<Element, Agent>();

class Cell {
  readonly element = h('div', { role: 'option', class: 'cell', tabindex: -1 });
  private icon: SVGSVGElement;
  private name = h('span', { class: 'name' });
  private drawn = '';

  constructor(private agent: Agent) {
    agentOf.set(this.element, agent);
    this.icon = glyph(shapeOf(agent));
    this.name.textContent = agent.label;
    this.element.append(this.icon, this.name);
  }

  draw(selected: boolean): void {
    const { agent } = this;
    const shape = shapeOf(agent);
    const drawn = `${shape} ${agent.attempts} ${selected}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    reshape(this.icon, shape);
    this.element.dataset['state'] = shape;
    attribute(this.element, 'aria-selected', String(selected));
    const said = describe(agent);
    attribute(this.element, 'aria-label', said);
    attribute(this.element, 'title', said);
  }
}

function describe(agent: Agent): string {
  const parts = [`${agent.label}: ${WORDS[shapeOf(agent)]}`];
  if (agent.attempts > 1) parts.push(`attempt ${agent.attempts}`);
  if (isOver(agent) && agent.spent.tokens > 0) parts.push(`${tokens(agent.spent.tokens)} tokens`);
  if (agent.given !== null) parts.push(`given ${givenName(agent.given)}`);
  return parts.join(', ');
}
