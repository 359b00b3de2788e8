import type { Comparison, FromView, ToView } from './wire/message.ts';

/** Whoever shows the view. */
export interface Host {
  listen(take: (message: ToView) => void): void;
  say(message: FromView): void;
}

declare const acquireVsCodeApi: undefined | (() => { postMessage(message: FromView): void });

/** The comparison a page carries, if it carries one. */
export function comparison(): Comparison | null {
  const [first] = carried();
  return first?.type === 'comparison' ? first : null;
}

/** What a page carries as JSON in its element `callsheet-data`. */
function carried(): (ToView | Comparison)[] {
  const data = document.getElementById('callsheet-data')?.textContent;
  return data ? (JSON.parse(data) as (ToView | Comparison)[]) : [];
}

/** The VS Code panel around the view, or the page that carries a list of messages. */
export function host(): Host {
  if (typeof acquireVsCodeApi === 'function') {
    const vscode = acquireVsCodeApi();
    return {
      listen: (take) => window.addEventListener('message', (event) => take(event.data as ToView)),
      say: (message) => vscode.postMessage(message),
    };
  }
  return {
    listen: (take) => {
      for (const message of carried()) if (message.type !== 'comparison') take(message);
      // A page that embeds the view may feed it.
      window.addEventListener('message', (event) => event.source === window && take(event.data as ToView));
    },
    say: () => {},
  };
}
