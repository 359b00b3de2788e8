import type { Agent, Cell, Rlm, RunState, Turn } from '../run/state.ts';
import { money } from '../sheet/figures.ts';
import { cellWord, citedName, nameOf, rootModel, turnName, wordOf } from '../sheet/tree.ts';
import { count, duration, tokens } from '../text/numbers.ts';
import { Cells } from './cells.ts';
import { Coverage } from './coverage.ts';
import { Passage } from './detail.ts';
import { attribute, children, h, text } from './dom.ts';

/** More models than this below one cell are drawn folded once they are over. */
const UNFOLDED = 3;
/** Parts that an answer rests on beyond these are counted. */
const CITED = 10;

/** A recursive language model: its question, what of its contexts was used, and its turns with their cells, the calls of these and the models below. */
export class RlmView {
  private name = h('h3', { class: 'label' });
  private how = h('span', { class: 'how' });
  private facts = h('span', { class: 'facts-line' });
  private question = h('p', { class: 'question', tabindex: 0 });
  private error = h('p', { class: 'error' });
  private coverage = new Coverage();
  private cited = h('p', { class: 'cited', title: 'Parts of contexts that the code which submitted the answer names as its ground' });
  private list = h('ol', { class: 'turns' });
  private turns = new Map<Turn, TurnView>();
  private head = h('summary', { class: 'rlm-head' }, h('span', { class: 'fold' }), this.name, this.how, this.facts);
  readonly element = h('details', { class: 'rlm', open: true }, this.head, this.question, this.error, this.coverage.element, this.cited, this.list);
  private drawn = '';

  constructor(private rlm: Rlm) {
    text(this.name, nameOf(rlm));
    text(this.question, rlm.question);
    attribute(this.question, 'aria-label', 'Question');
    attribute(this.element, 'aria-label', nameOf(rlm));
  }

  draw(run: RunState, selected: Agent | null): void {
    const { rlm } = this;
    const drawn = `${rlm.changes} ${selected?.call} ${run.end?.status} ${run.left}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    text(this.how, wordOf(rlm));
    this.element.dataset['how'] = rlm.end?.how ?? 'live';
    text(this.facts, facts(rlm, run));
    text(this.error, rlm.end?.error ?? '');
    attribute(this.error, 'hidden', !rlm.end?.error);
    this.coverage.draw(rlm);
    text(this.cited, cited(rlm));
    attribute(this.cited, 'hidden', this.cited.textContent === '');
    children(this.list, rlm.turns.map((turn) => {
      let view = this.turns.get(turn);
      if (view === undefined) this.turns.set(turn, (view = new TurnView(rlm, turn)));
      view.draw(run, selected);
      return view.element;
    }));
  }

  fold(): void {
    this.element.open = false;
  }
}

/** `in Read · depth 0 · opus · 3 turns · 5 of 6 calls · 5.0k tokens · $0.02`. Calls and cost are those of the models below it too. */
function facts(rlm: Rlm, run: RunState): string {
  const { depth, turns, finished, agents, spent, phase, workflow } = rlm;
  const home = rlm.above === null && [workflow, phase].filter((part) => part !== null).join(' › ');
  const many = (n: number, what: string) => `${count(n)} ${what}${n === 1 ? '' : 's'}`;
  const calls = finished === agents.length ? many(finished, 'call') : `${count(finished)} of ${many(agents.length, 'call')}`;
  const cost = money(spent);
  return [home && `in ${home}`, `depth ${depth}`, rootModel(rlm, run), many(turns.filter((turn) => typeof turn.number === 'number').length, 'turn'), calls,
    finished > 0 && `${tokens(spent.tokens)} tokens`, finished > 0 && (cost === 'unknown' ? 'cost unknown' : cost), finished > 0 && run.simulated && 'simulated']
    .filter((part) => typeof part === 'string' && part !== '').join(' · ');
}

/** `Rests on notes.txt:12-14, notes.txt:40 and 3 more`. */
function cited({ end }: Rlm): string {
  const parts = end?.cited ?? [];
  const rest = parts.length - CITED;
  return parts.length === 0 ? '' : `Rests on ${parts.slice(0, CITED).map(citedName).join(', ')}${rest > 0 ? ` and ${count(rest)} more` : ''}`;
}

/** A question to the root model, and beside it what came of the cells it wrote. */
class TurnView {
  private asked = new Cells();
  private took = h('span', { class: 'took' });
  private said = h('div', { class: 'said' });
  readonly element = h('li', { class: 'turn' }, h('div', { class: 'call' }, this.asked.element, this.took), this.said);
  private cells = new Map<Cell, CellView>();

  constructor(private rlm: Rlm, private turn: Turn) {}

  draw(run: RunState, selected: Agent | null): void {
    const { asked, cells } = this.turn;
    const title = `${nameOf(this.rlm)}, ${turnName(this.turn)}`;
    this.asked.draw({ agents: asked === null ? [] : [asked], certain: 0, possible: 0 }, `${title}: the root model`, selected);
    text(this.took, asked === null ? '' : took(asked));
    children(this.said, cells.map((cell) => {
      let view = this.cells.get(cell);
      if (view === undefined) this.cells.set(cell, (view = new CellView(cell, `${title}, cell ${cell.number}`)));
      view.draw(run, selected, this.rlm.end !== null, cells.length > 1);
      return view.element;
    }));
  }
}

function took({ startedMs, endedMs, spent }: Agent): string {
  const time = startedMs === null || endedMs === null ? null : duration(endedMs - startedMs);
  return [spent.tokens > 0 && `${tokens(spent.tokens)} tokens`, time].filter((part) => typeof part === 'string').join(' · ');
}

/** A cell: its code and what the root model was told of it, folded; the calls it made; the models it began. */
class CellView {
  private number = h('span', { class: 'count' });
  private first = h('code', { class: 'first' });
  private word = h('span', { class: 'word' });
  private folded = h('details', { class: 'code' }, h('summary', {}, h('span', { class: 'fold' }), this.number, this.first, this.word));
  private calls = new Cells();
  private below = new Map<Rlm, RlmView>();
  private nested = h('div', { class: 'below-cell' });
  private body: { code: Passage; output: Passage } | null = null;
  readonly element = h('div', { class: 'cell-of-code' }, this.folded, this.calls.element, this.nested);
  private ran: Cell['ran'] = null;

  constructor(private cell: Cell, private title: string) {
    attribute(this.folded, 'aria-label', title);
    this.folded.addEventListener('toggle', () => this.unfold());
  }

  draw(run: RunState, selected: Agent | null, over: boolean, several: boolean): void {
    const { number, ran, calls, below } = this.cell;
    text(this.number, several ? `cell ${number}` : '');
    attribute(this.number, 'hidden', !several);
    text(this.word, ran === null ? cellWord(this.cell, over) : `${cellWord(this.cell, over)} · ${lines(ran.source)}`);
    this.folded.dataset['state'] = ran === null ? 'live' : ran.ok ? 'ran' : 'failed';
    if (ran !== this.ran) {
      this.ran = ran;
      text(this.first, ran === null ? '' : opening(ran.source));
      if (ran !== null && !ran.ok) this.folded.open = true; // what went wrong is what one looks for
      this.unfold();
    }
    this.calls.draw({ agents: calls, certain: 0, possible: 0 }, `${this.title}: its calls`, selected);
    children(this.nested, below.map((rlm) => {
      let view = this.below.get(rlm);
      if (view === undefined) {
        this.below.set(rlm, (view = new RlmView(rlm)));
        if (below.length > UNFOLDED) view.fold();
      }
      view.draw(run, selected);
      return view.element;
    }));
  }

  /** Texts are only made for cells that are unfolded. */
  private unfold(): void {
    if (!this.folded.open || this.ran === null) return;
    if (this.body === null) {
      this.body = { code: new Passage('Code'), output: new Passage('What the root model was told') };
      this.folded.append(h('div', { class: 'texts' }, this.body.code.element, this.body.output.element));
    }
    this.body.code.draw(this.ran.source);
    this.body.output.draw(this.ran.output === '' ? null : this.ran.output);
  }
}

function lines(source: string): string {
  const n = source.trimEnd().split('\n').length;
  return `${count(n)} ${n === 1 ? 'line' : 'lines'}`;
}

/** The first line of code that does something. */
function opening(source: string): string {
  const all = source.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return all.find((line) => !line.startsWith('//')) ?? all[0] ?? '';
}
