import type { Agent, Progress } from '../run/state.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** What stands for an agent: a shape of its own for each state, so that colour is never needed to tell them apart. */
export type Shape = Progress | 'retrying' | 'certain' | 'possible';

export const WORDS: Record<Shape, string> = {
  certain: 'to come', possible: 'may come', queued: 'waiting', running: 'at work', retrying: 'trying again', done: 'done',
  cached: 'from the journal', failed: 'failed', skipped: 'skipped', abandoned: 'given up',
};

const RING = 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2zm0 1.3a4.7 4.7 0 1 1 0 9.4 4.7 4.7 0 1 1 0-9.4z';
const DISC = 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2z';
const CHECK = 'M4.65 8.78 7.24 11.25 11.5 6.54 10.3 5.46 7.16 8.95 5.75 7.62z';
const CROSS = 'M8 6.87 9.83 5.03 10.97 6.17 9.13 8 10.97 9.83 9.83 10.97 8 9.13 6.17 10.97 5.03 9.83 6.87 8 5.03 6.17 6.17 5.03z';
const SQUARE = 'M4.6 2.2h6.8a2.4 2.4 0 0 1 2.4 2.4v6.8a2.4 2.4 0 0 1-2.4 2.4H4.6a2.4 2.4 0 0 1-2.4-2.4V4.6a2.4 2.4 0 0 1 2.4-2.4z';

/** One path each, holes by the even-odd rule: a thousand of them are painted in a few milliseconds, which `<use>` is not. */
const PATHS: Record<Shape, string> = {
  certain: 'M5.5 4h5A1.5 1.5 0 0 1 12 5.5v5a1.5 1.5 0 0 1-1.5 1.5h-5A1.5 1.5 0 0 1 4 10.5v-5A1.5 1.5 0 0 1 5.5 4zm-.3 1.2v5.6h5.6V5.2z',
  possible: 'M4 4h3.2v1.2H5.2v2H4zM12 4v3.2h-1.2v-2h-2V4zM12 12H8.8v-1.2h2v-2H12zM4 12V8.8h1.2v2h2V12z',
  queued: RING,
  running: `${RING}M8 3.3a4.7 4.7 0 0 1 0 9.4z`,
  retrying: 'M12.7 4.3A6 6 0 1 0 14 8h-1.4A4.6 4.6 0 1 1 11.6 5.2zM14.2 1.8v4.4H9.8z',
  done: DISC + CHECK,
  cached: RING + CHECK,
  failed: SQUARE + CROSS,
  skipped: `${RING}M5.4 7.35h5.2v1.3H5.4z`,
  abandoned: 'M12.2 2.9 13.1 3.8 3.8 13.1 2.9 12.2zM8 2a6 6 0 0 1 1.9.31L8.8 3.4A4.7 4.7 0 0 0 3.4 8.8L2.31 9.9A6 6 0 0 1 8 2zM13.69 6.1A6 6 0 0 1 6.1 13.69L7.2 12.6A4.7 4.7 0 0 0 12.6 7.2z',
};

export function glyph(shape: Shape): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.append(document.createElementNS(SVG, 'path'));
  reshape(svg, shape);
  return svg;
}

export function reshape(svg: SVGSVGElement, shape: Shape): void {
  svg.setAttribute('class', `glyph ${shape}`);
  svg.firstElementChild?.setAttribute('d', PATHS[shape]);
}

export function shapeOf(agent: Agent): Shape {
  return agent.progress === 'running' && agent.attempts > 1 ? 'retrying' : agent.progress;
}
