import type { Place } from '../wire/event.ts';
import { h } from './dom.ts';

/** A link to a place of the script. */
export function link(place: Place): HTMLElement {
  return h('button', { class: 'place-link', 'data-reveal': '', 'data-line': place.line, 'data-column': place.column }, `line ${place.line}`);
}

/** A sentence about a place: code in backticks is set as code, and the words that name the place are a link to it. */
export function sentence(said: string, place: Place): Node[] {
  const named = new RegExp(`\\bline ${place.line}\\b`);
  const [before, ...after] = said.split(named);
  const rest = after.join(`line ${place.line}`);
  return [...code(before ?? ''), ...(after.length === 0 ? [document.createTextNode(' ')] : []), link(place), ...code(rest)];
}

function code(text: string): Node[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? h('code', {}, part) : document.createTextNode(part)));
}
