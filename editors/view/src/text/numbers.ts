import type { Bounds, Range } from '../wire/plan.ts';

/** `950`, `1.2k`, `12k`, `1.4M`: as the editor's hints show tokens. */
export function tokens(n: number): string {
  if (n < 1_000) return String(Math.round(n));
  if (n < 9_950) return `${(n / 1e3).toFixed(1)}k`;
  if (n < 999_500) return `${(n / 1e3).toFixed(0)}k`;
  if (n < 9_950_000) return `${(n / 1e6).toFixed(1)}M`;
  return `${(n / 1e6).toFixed(0)}M`;
}

/** `$0`, `<$0.01`, `$0.42`, `$17`: money never rounds to nothing. */
export function usd(n: number): string {
  if (n === 0) return '$0';
  if (n < 0.01) return '<$0.01';
  if (n < 9.995) return `$${n.toFixed(2)}`;
  return `$${n.toFixed(0)}`;
}

/** `3`, `0..30`, `≥3`, `?`. */
export function bounds({ low, high }: Bounds): string {
  if (high === null) return low === 0 ? '?' : `≥${count(low)}`;
  return low === high ? count(low) : `${count(low)}..${count(high)}`;
}

/** `7.5 %`, `100 %`: a share never rounds to all or to nothing. */
export function percent(share: number): string {
  const exact = share * 100;
  const shown = exact === 0 || exact === 100 ? exact : Math.min(99.9, Math.max(0.1, exact));
  return `${Number(shown.toFixed(1))} %`;
}

/** `405,505`. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `0.4 s`, `12 s`, `3:05`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `≈18k (12k..30k)`, `≈18k (up to 30k)`, `12k..30k`, `≥12k`, `unknown`. */
export function range({ low, likely, high }: Range, show: (n: number) => string): string {
  const [least, middle, most] = [low, likely, high].map((n) => (n === null || n === undefined ? null : show(n)));
  const around = most == null ? (low !== null && low > 0 ? `≥${least}` : null)
    : least == null || low === 0 || least === middle ? `up to ${most}` : `${least}..${most}`;
  if (least === most && least != null) return least;
  if (middle == null) return around ?? 'unknown';
  const about = /^[<0]/.test(middle) ? middle : `≈${middle}`;
  return around === null ? about : `${about} (${around})`;
}

/** On what a number rests, in words. */
export function basis({ basis, runs = 0 }: Pick<Range, 'basis' | 'runs'>): string {
  const of = (kind: string) => `from ${runs} ${kind} ${runs === 1 ? 'run' : 'runs'}`;
  switch (basis) {
    case 'exact': return 'exact';
    case 'bounds': return 'from the script’s bounds';
    case 'assumed': return 'from assumed sizes';
    case 'simulated': return of('simulated');
    case 'history': return of('earlier');
  }
}
