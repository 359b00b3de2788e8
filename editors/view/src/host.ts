import type { FromView, ToView } from './wire/message.ts';

/** Whoever shows the view. */
export interface Host {
  listen(take: (message: ToView) => void): void;
  say(message: FromView): void;
}

declare const acquireVsCodeApi: undefined | (() => { postMessage(message: FromView): void });

/** The VS Code panel around the view, or the page that carries a list of messages as JSON in its element `callsheet-data`. */
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
      const data = document.getElementById('callsheet-data')?.textContent;
      for (const message of data ? (JSON.parse(data) as ToView[]) : []) take(message);
      // A page that embeds the view may feed it.
      window.addEventListener('message', (event) => event.source === window && take(event.data as ToView));
    },
    say: () => {},
  };
}
