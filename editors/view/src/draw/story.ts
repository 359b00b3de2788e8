import type { RunState } from '../run/state.ts';
import { duration } from '../text/numbers.ts';
import { attribute, children, h, text } from './dom.ts';
import { link, sentence } from './words.ts';

/** Lines of the story drawn; older ones are counted. */
const KEPT = 200;

/** What the script said on its way, and how it ended. */
export class Story {
  private list = h('ol', { class: 'lines' });
  private earlier = h('p', { class: 'earlier' });
  private heading = h('h2', {}, 'Log');
  private ending = new Ending();
  readonly ended = this.ending.banner;
  readonly result = this.ending.result;
  readonly element = h('section', { class: 'story', 'aria-label': 'Log', hidden: true }, this.heading, this.earlier, this.list);
  private drawn = 0;

  draw(run: RunState): void {
    this.ending.draw(run);
    attribute(this.element, 'hidden', run.lines.length === 0);
    if (run.lines.length === this.drawn) return;
    if (run.lines.length < this.drawn) {
      this.drawn = 0;
      this.list.replaceChildren();
    }
    for (const { kind, text: said, ms, at } of run.lines.slice(Math.max(this.drawn, run.lines.length - KEPT))) {
      this.list.append(h('li', { class: kind }, h('time', {}, duration(ms)), h('span', {}, ...(at === null ? [said] : sentence(said, at)))));
    }
    this.drawn = run.lines.length;
    while (this.list.childElementCount > KEPT) this.list.firstElementChild?.remove();
    text(this.earlier, run.lines.length > KEPT ? `${run.lines.length - KEPT} earlier lines are in the journal` : '');
  }
}

/** How a run ended: what a person must know at once on top, the result below the agents, so that nothing jumps when it comes. */
class Ending {
  private what = h('p');
  private why = h('pre', { tabindex: 0, 'aria-label': 'Error' });
  private body = h('pre', { tabindex: 0, 'aria-label': 'Result' });
  readonly banner = h('section', { class: 'ending', 'aria-label': 'End', hidden: true }, this.what, this.why);
  readonly result = h('section', { class: 'result', 'aria-label': 'Result', hidden: true }, h('h2', {}, 'Result'), this.body);
  private drawn: RunState['end'] = null;
  private limited: string | null = null;

  draw({ end, dropped, limited }: RunState): void {
    if (end === this.drawn && limited === this.limited) return;
    this.drawn = end;
    this.limited = limited;
    attribute(this.banner, 'hidden', end === null ? limited === null : end.status === 'ok' && dropped === 0);
    attribute(this.result, 'hidden', end?.result === undefined);
    if (end === null) {
      this.banner.dataset['status'] = 'limited';
      this.what.textContent = limited;
      attribute(this.why, 'hidden', true);
      return;
    }
    this.banner.dataset['status'] = end.status;
    const { error, result } = end;
    const said = { ok: '', failed: 'The run failed. ', stopped: 'The run was stopped. ' }[end.status];
    const place = error?.line === undefined ? [] : [link({ line: error.line, column: error.column ?? 1 })];
    const lost = dropped > 0 ? `${dropped} ${dropped === 1 ? 'item was' : 'items were'} dropped on the way; the log says where` : '';
    children(this.what, [document.createTextNode(said), ...place, h('span', { class: 'lost' }, lost)]);
    this.why.textContent = error?.message ?? null;
    attribute(this.why, 'hidden', error === null);
    this.body.textContent = typeof result === 'string' ? result : (JSON.stringify(result, null, 2) ?? null);
  }
}
