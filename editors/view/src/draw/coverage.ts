import type { Rlm } from '../run/state.ts';
import { stretches } from '../sheet/tree.ts';
import { count, percent, tokens } from '../text/numbers.ts';
import type { Covered, RlmContext } from '../wire/event.ts';
import { attribute, children, h, text } from './dom.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** More contexts than this are told in one line. */
const SHOWN = 6;

/** The contexts of a model, and which parts of them code has read (above) and models were sent (below), once it is over. */
export class Coverage {
  private rest = h('li', { class: 'rest' });
  readonly element = h('ul', { class: 'coverage', 'aria-label': 'Contexts' });
  private views: ContextView[] = [];

  draw({ contexts, end }: Rlm): void {
    attribute(this.element, 'hidden', contexts.length === 0);
    const shown = contexts.slice(0, SHOWN).map((context, i) => {
      const view = (this.views[i] ??= new ContextView());
      view.draw(context, end?.coverage[i] ?? null);
      return view.element;
    });
    const others = contexts.slice(SHOWN);
    text(this.rest, `and ${count(others.length)} more of ${count(others.reduce((sum, one) => sum + one.characters, 0))} characters`);
    children(this.element, others.length > 0 ? [...shown, this.rest] : shown);
  }
}

class ContextView {
  private name = h('span', { class: 'label' });
  private size = h('span', { class: 'size' });
  private read = h('span', { class: 'read', title: 'What ctx and its chunks gave out; what code takes from the plain string is not counted' });
  private sent = h('span', { class: 'sent', title: 'What was attached to prompts of models' });
  private bar = document.createElementNS(SVG, 'svg');
  readonly element = h('li', {}, this.name, this.size, this.bar, h('span', { class: 'shares' }, this.read, this.sent));

  constructor() {
    this.bar.setAttribute('viewBox', '0 0 1000 11');
    this.bar.setAttribute('preserveAspectRatio', 'none');
    this.bar.setAttribute('aria-hidden', 'true'); // the shares beside it say it in words
  }

  draw({ name, characters, tokens: estimated }: RlmContext, covered: Covered | null): void {
    text(this.name, name);
    text(this.size, `${count(characters)} characters · ≈${tokens(estimated)} tokens`);
    text(this.read, covered === null ? '' : `${percent(covered.read.share)} read by code`);
    text(this.sent, covered === null ? '' : `${percent(covered.sent.share)} sent to models`);
    const { read, sent } = covered ?? {};
    attribute(this.bar, 'hidden', read?.bands === undefined);
    if (read?.bands === undefined) return;
    children(this.bar, [...drawn(read.bands, 'read', 0), ...drawn(sent?.bands ?? [], 'sent', 6)]);
  }
}

function drawn(bands: readonly number[], kind: string, top: number): Element[] {
  return stretches(bands).map(({ from, to, percent: share }) => {
    const rect = document.createElementNS(SVG, 'rect');
    const at = { class: kind, x: from * 1000, y: top, width: (to - from) * 1000, height: 5, 'fill-opacity': Math.max(0.2, share / 100) };
    for (const [key, value] of Object.entries(at)) rect.setAttribute(key, String(value));
    return rect;
  });
}
