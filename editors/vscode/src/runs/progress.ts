import * as vscode from 'vscode';
import type { LanguageClient, Middleware, ProgressToken, WorkDoneProgressBegin, WorkDoneProgressEnd, WorkDoneProgressReport } from 'vscode-languageclient/node';

/** How VS Code shows a progress that can be cancelled: as a notification with Cancel, where the client would put it into the status bar. */
export class Progress {
  private shown = new Map<ProgressToken, { report(what: WorkDoneProgressReport): void; end(): void }>();

  constructor(private readonly client: () => LanguageClient | undefined) {}

  readonly middleware: Pick<Middleware, 'handleWorkDoneProgress'> = {
    handleWorkDoneProgress: (token, params, next) => {
      if (params.kind === 'begin' && params.cancellable === true) this.begin(token, params);
      else if (!this.go(token, params)) next(token, params);
    },
  };

  private begin(token: ProgressToken, { title, message, percentage }: WorkDoneProgressBegin): void {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancel) => new Promise<void>((end) => {
      cancel.onCancellationRequested(() => {
        void this.client()?.sendNotification('window/workDoneProgress/cancel', { token });
        progress.report({ message: 'stopping…' });
      });
      let at = 0;
      const report = ({ message, percentage }: { message?: string; percentage?: number }) => {
        const increment = percentage === undefined ? {} : { increment: Math.max(0, percentage - at) };
        at = Math.max(at, percentage ?? 0);
        progress.report({ ...increment, ...(message !== undefined && { message }) });
      };
      report({ ...(message !== undefined && { message }), ...(percentage !== undefined && { percentage }) });
      this.shown.set(token, { report, end });
    }));
  }

  private go(token: ProgressToken, params: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd): boolean {
    const shown = this.shown.get(token);
    if (shown === undefined) return false;
    if (params.kind === 'report') shown.report(params);
    if (params.kind === 'end') {
      shown.end();
      this.shown.delete(token);
    }
    return true;
  }

  /** The server is gone, and what it reported with it. */
  clear(): void {
    for (const { end } of this.shown.values()) end();
    this.shown.clear();
  }
}
