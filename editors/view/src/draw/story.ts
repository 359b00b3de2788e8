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
  private ending = new EndingView();
  readonly ended = this.ending.element;
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

class EndingView {
  private what = h('p');
  private body = h('pre', { tabindex: 0, 'aria-label': 'Result' });
  readonly element = h('section', { class: 'ending', hidden: true }, this.what, this.body);
  private drawn: RunState['end'] = null;

  draw({ end, dropped }: RunState): void {
    attribute(this.element, 'hidden', end === null);
    if (end === null || end === this.drawn) {
      this.drawn = end;
      return;
    }
    this.drawn = end;
    this.element.dataset['status'] = end.status;
    const lost = dropped > 0 ? `${dropped} ${dropped === 1 ? 'item was' : 'items were'} dropped on the way; the log says where` : '';
    const { error } = end;
    const place = error?.line === undefined ? [] : [link({ line: error.line, column: error.column ?? 1 })];
    const said = end.status === 'failed' ? 'The run failed. ' : end.status === 'stopped' ? 'The run was stopped. ' : 'Result';
    children(this.what, [document.createTextNode(said), ...place, h('span', { class: 'lost' }, lost)]);
    const result = error?.message ?? (end.result === undefined ? null : typeof end.result === 'string' ? end.result : JSON.stringify(end.result, null, 2));
    this.body.textContent = result;
    attribute(this.body, 'hidden', result === null);
  }
}
