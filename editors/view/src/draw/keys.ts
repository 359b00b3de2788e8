/** Arrow keys among the agents: left and right in order, up and down to the nearest in the line above or below. */
export function move(root: Element, from: Element, key: string): HTMLElement | null {
  const cells = [...root.querySelectorAll<HTMLElement>('.cell')].filter((cell) => cell.checkVisibility());
  const at = cells.indexOf(from as HTMLElement);
  switch (key) {
    case 'ArrowRight': return cells[at + 1] ?? null;
    case 'ArrowLeft': return cells[at - 1] ?? null;
    case 'Home': return cells[0] ?? null;
    case 'End': return cells.at(-1) ?? null;
    case 'ArrowDown': return vertical(cells.slice(at + 1), from, 1);
    case 'ArrowUp': return vertical(cells.slice(0, Math.max(at, 0)).reverse(), from, -1);
    default: return null;
  }
}

function vertical(cells: HTMLElement[], from: Element, direction: number): HTMLElement | null {
  const start = from.getBoundingClientRect();
  let line: number | null = null;
  let best: { cell: HTMLElement; away: number } | null = null;
  for (const cell of cells) {
    const rect = cell.getBoundingClientRect();
    if ((rect.top - start.top) * direction < start.height / 2) continue;
    line ??= rect.top;
    if (Math.abs(rect.top - line) > rect.height / 2) break;
    const away = Math.abs(rect.left - start.left);
    if (best === null || away < best.away) best = { cell, away };
  }
  return best?.cell ?? null;
}
