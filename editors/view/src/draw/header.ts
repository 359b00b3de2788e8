import type { Figure } from '../sheet/figures.ts';
import type { RunState } from '../run/state.ts';
import type { Plan } from '../wire/plan.ts';
import type { Offer } from '../wire/message.ts';
import { attribute, h, text } from './dom.ts';

const STATUS = { plan: 'Plan', live: 'Running', left: 'Under way', broken: 'Broken off', ok: 'Done', failed: 'Failed', stopped: 'Stopped' } as const;
type Status = keyof typeof STATUS;

/** The script's name, how its run stands, and what can be done. */
export class Header {
  private title = h('h1');
  private status = h('span', { class: 'status' });
  private badge = h('span', { class: 'badge', title: 'Answered by the simulated model: no model was called and nothing was paid' }, 'simulated');
  private description = h('p', { class: 'description' });
  private buttons = {
    report: h('button', { class: 'button quiet', 'data-command': 'report', title: 'Write the run as one page and open it' }, 'Report'),
    transcript: h('button', { class: 'button quiet', 'data-command': 'transcript' }, 'Transcript'),
    resume: h('button', { class: 'button quiet', 'data-command': 'resume', title: 'Go on with this run: answers it has are used again' }, 'Resume'),
    dryRun: h('button', { class: 'button quiet', 'data-command': 'dryRun' }, 'Dry run'),
    run: h('button', { class: 'button', 'data-command': 'run' }, 'Run'),
    stop: h('button', { class: 'button quiet', 'data-command': 'stop' }, 'Stop'),
  };
  private about = h('p', { class: 'about' });
  private note = h('p', { class: 'note' });
  readonly element = h('header', { class: 'top' },
    h('div', { class: 'headline' }, this.title, this.status, this.badge,
      h('div', { class: 'actions' }, this.buttons.report, this.buttons.transcript, this.buttons.resume, this.buttons.dryRun, this.buttons.run, this.buttons.stop)),
    this.description, this.about, this.note);

  draw(title: string, plan: Plan | null, run: RunState, runId: string | null, offers: ReadonlySet<Offer>, note: string | null): void {
    const status = statusOf(run);
    text(this.title, plan?.name ?? run.name ?? title);
    text(this.status, STATUS[status]);
    this.status.dataset['status'] = status;
    attribute(this.badge, 'hidden', !run.simulated);
    text(this.description, plan?.description ?? '');
    attribute(this.description, 'hidden', !plan?.description);
    const about = facts(runId, run);
    text(this.about, about);
    attribute(this.about, 'hidden', about === '');
    text(this.note, note ?? '');
    attribute(this.note, 'hidden', note === null);
    for (const [name, button] of Object.entries(this.buttons)) {
      const fits = name === 'stop' ? status === 'live' : name === 'transcript' || name === 'report' ? run.end !== null
        : name === 'resume' ? run.seq > 0 && status !== 'live' && status !== 'ok' : status !== 'live';
      attribute(button, 'hidden', !fits || !offers.has(name as Offer));
    }
  }
}

/** Characters of arguments that are shown. */
const ARGS = 100;

/** Which run this is: `20260102-030405-a1b2 · review.workflow.js · args {"n":1} · seed 4 · 2 at a time`. */
export function facts(runId: string | null, run: RunState): string {
  if (run.script === null) return '';
  // A question is the argument of a script that is not the person's; it stands with its tree.
  const own = !run.question;
  const args = run.args === undefined || !own ? null : JSON.stringify(run.args);
  return [
    runId === null ? null : `Run ${runId}`,
    own ? run.script : null,
    args && `args ${args.length > ARGS ? `${args.slice(0, ARGS)}…` : args}`,
    run.simulated ? (run.seed === null ? null : `seed ${run.seed}`) : run.model,
    run.concurrency === null ? null : `${run.concurrency} at a time`,
    run.resumedFrom && `goes on from ${run.resumedFrom}`,
  ].filter((part) => part !== null && part !== '').join(' · ');
}

export function statusOf(run: RunState): Status {
  return run.end?.status ?? (run.left !== null ? (run.left === 'broken off' ? 'broken' : 'left') : run.seq > 0 ? 'live' : 'plan');
}

/** Agents, tokens, cost and time against what was expected. */
export class Figures {
  readonly element = h('dl', { class: 'figures' });
  private views: FigureView[] = [];

  draw(figures: Figure[]): void {
    while (this.views.length < figures.length) {
      const view = new FigureView();
      this.views.push(view);
      this.element.append(view.element);
    }
    figures.forEach((figure, i) => this.views[i]?.draw(figure));
  }
}

class FigureView {
  private name = h('dt');
  private actual = h('span', { class: 'actual' });
  private expected = h('span', { class: 'expected' });
  private bar = { band: h('i', { class: 'band' }), actual: h('i', { class: 'so-far' }), likely: h('i', { class: 'likely' }) };
  private gauge = h('div', { class: 'gauge', 'aria-hidden': 'true' }, this.bar.band, this.bar.actual, this.bar.likely);
  private basis = h('span', { class: 'basis' });
  private note = h('span', { class: 'basis' });
  readonly element = h('div', { class: 'figure' }, this.name, h('dd', {}, h('span', { class: 'numbers' }, this.actual, this.expected), this.gauge, this.basis, this.note));

  draw(figure: Figure): void {
    text(this.name, figure.name);
    text(this.actual, figure.actual ?? figure.expected ?? '–');
    text(this.expected, figure.actual !== null && figure.expected !== null ? `of ${figure.expected}` : '');
    const basis = figure.basis && (figure.simulated && figure.expected !== null ? `expected ${figure.basis}` : figure.basis);
    text(this.basis, [figure.simulated ? 'simulated' : null, basis].filter((part) => part !== null).join(' · '));
    text(this.note, figure.note ?? '');
    attribute(this.note, 'hidden', figure.note === null);
    const { gauge } = figure;
    attribute(this.gauge, 'hidden', gauge === null);
    if (gauge === null) return;
    this.gauge.classList.toggle('open', gauge.open);
    this.gauge.classList.toggle('over', gauge.over);
    const place = (element: HTMLElement, from: number, to: number) => {
      element.style.setProperty('left', `${(from * 100).toFixed(2)}%`);
      element.style.setProperty('width', `${((to - from) * 100).toFixed(2)}%`);
    };
    place(this.bar.band, gauge.low, gauge.high);
    place(this.bar.actual, 0, gauge.actual);
    attribute(this.bar.likely, 'hidden', gauge.likely === null);
    if (gauge.likely !== null) this.bar.likely.style.setProperty('left', `${(gauge.likely * 100).toFixed(2)}%`);
  }
}
