import type { Comparison as Compared } from '../wire/message.ts';
import { h } from './dom.ts';
import { Page } from './page.ts';

/** Two ways to do one job: what differs on top, and below it the run of one way or the other, or of both beside each other. */
export class Comparison {
  private sides: HTMLElement[];
  private buttons: HTMLElement[];

  constructor(root: Element, { question, simulated, axes, sides }: Compared) {
    const names = sides.map((side) => side.name);
    this.sides = sides.map(({ name }) => h('section', { class: 'way-of', 'aria-label': name }));
    this.buttons = [...names, 'Both'].map((name) => h('button', { class: 'way' }, name));
    this.buttons.forEach((button, chosen) => button.addEventListener('click', () => this.show(chosen)));
    const table = h('table', { class: 'axes' },
      h('thead', {}, h('tr', {}, h('td'), ...names.map((name) => h('th', { scope: 'col' }, name)), h('th', { scope: 'col' }, 'Basis'))),
      h('tbody', {}, ...axes.map((axis) =>
        h('tr', {}, h('th', { scope: 'row' }, axis.name), h('td', {}, axis.workflow), h('td', {}, axis.rlm), h('td', { class: 'basis' }, axis.basis)))));
    root.classList.add('comparison');
    root.append(
      h('header', { class: 'top' },
        h('div', { class: 'headline' }, h('h1', {}, question), simulated && h('span', { class: 'badge', title: 'All answers are made up and mean nothing; nothing was paid' }, 'simulated')),
        h('p', { class: 'description' }, 'The same job by a workflow, whose plan is pinned in code, and by a recursive language model (RLM), whose plan grows while it runs.')),
      table,
      h('div', { class: 'ways', role: 'group', 'aria-label': 'Which run is shown' }, ...this.buttons, h('span', { class: 'muted' }, 'the first run of each')),
      h('div', { class: 'both' }, ...this.sides));
    sides.forEach(({ messages }, i) => {
      const inside = this.sides[i];
      if (inside) new Page(inside, { listen: (take) => messages.forEach(take), say: () => {} });
    });
    this.show(0);
  }

  private show(chosen: number): void {
    this.buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(i === chosen)));
    this.sides.forEach((side, i) => (side.hidden = chosen !== i && chosen < this.sides.length));
    this.sides[0]?.parentElement?.classList.toggle('beside', chosen >= this.sides.length);
  }
}
