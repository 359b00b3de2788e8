import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import { LanguageClient, State, type LanguageClientOptions, type Middleware } from 'vscode-languageclient/node';
import { isWorkflow, selector } from '../workflows.ts';
import { search } from './binary.ts';
import { trust } from './protocol.ts';

/** The language server: started with the first workflow script that is opened, and not before. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<LanguageClient | undefined> | undefined;
  private saidMissing = false;
  private hooks: ((client: LanguageClient) => vscode.Disposable)[] = [];
  private hooked: vscode.Disposable[] = [];
  private listening: vscode.Disposable[] = [];

  constructor(private readonly extension: vscode.Uri, readonly log: vscode.LogOutputChannel, private readonly middleware: Middleware) {}

  /** Starts the server as soon as a workflow script is open. */
  listen(): void {
    const wake = (document: vscode.TextDocument) => {
      if (isWorkflow(document)) void this.ready();
    };
    this.listening = [
      vscode.workspace.onDidOpenTextDocument(wake),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.client?.sendNotification(trust, { trusted: true })),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('callsheet.server.path') || change.affectsConfiguration('callsheet.files')) void this.restart();
      }),
    ];
    vscode.workspace.textDocuments.forEach(wake);
  }

  /** Has `hook` called with each client that starts. */
  withEach(hook: (client: LanguageClient) => vscode.Disposable): void {
    this.hooks.push(hook);
  }

  /** The program, or a message to the person that says where it was looked for. */
  binary(): string | undefined {
    const setting = vscode.workspace.getConfiguration('callsheet').get<string>('server.path', '').trim();
    const { found, tried } = search(setting, process.env, this.extension.fsPath);
    if (found !== null) return found;
    this.log.error(`The callsheet program was not found. Looked for: ${tried.join(', ')}.`);
    if (!this.saidMissing) void this.sayMissing(tried);
    this.saidMissing = true;
    return undefined;
  }

  private async sayMissing(tried: string[]): Promise<void> {
    const [setting, log] = ['Set Its Path', 'Show Log'];
    const picked = await vscode.window.showErrorMessage(
      `The callsheet program was not found, so workflow scripts have no hints and cannot run. Looked for: ${tried.join(', ')}. Install it with “cargo install --locked --path server/callsheet”, or set callsheet.server.path.`,
      setting, log);
    if (picked === setting) await vscode.commands.executeCommand('workbench.action.openSettings', 'callsheet.server.path');
    if (picked === log) this.log.show();
  }

  /** The running client; starts one if there is none. */
  ready(): Promise<LanguageClient | undefined> {
    return (this.starting ??= this.start());
  }

  /** The client, if one runs now. */
  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  private async start(): Promise<LanguageClient | undefined> {
    const command = this.binary();
    if (command === undefined) return undefined;
    const options: LanguageClientOptions = {
      documentSelector: selector(),
      outputChannel: this.log,
      synchronize: { configurationSection: 'callsheet' },
      initializationOptions: { ...vscode.workspace.getConfiguration('callsheet'), trusted: vscode.workspace.isTrusted },
      middleware: this.middleware,
    };
    const client = new LanguageClient('callsheet', 'Callsheet', { command, args: ['lsp'] }, options);
    this.client = client;
    this.hooked = this.hooks.map((hook) => hook(client));
    try {
      await client.start();
      this.log.info(`Started ${command} lsp`);
      return client;
    } catch (problem) {
      const picked = vscode.window.showErrorMessage(`Callsheet’s server did not start: ${String(problem instanceof Error ? problem.message : problem)}`, 'Show Log');
      void picked.then((what) => what && this.log.show());
      return undefined;
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    this.saidMissing = false;
    if (vscode.workspace.textDocuments.some(isWorkflow)) await this.ready();
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = this.starting = undefined;
    this.hooked.splice(0).forEach((hook) => hook.dispose());
    try {
      await client?.dispose(5000);
    } catch (problem) {
      this.log.warn(`The server did not stop in order: ${String(problem)}`);
    }
  }

  /** Runs the program once and gives what it wrote. `folder` is where it works. */
  once(args: string[], folder: string): Promise<string> {
    const command = this.binary();
    if (command === undefined) return Promise.reject(new Error('The callsheet program was not found.'));
    return new Promise((done, failed) => {
      execFile(command, args, { cwd: folder, maxBuffer: 64 << 20, timeout: 30_000 }, (problem, out, err) => {
        if (problem && out === '') failed(new Error(err.trim() || problem.message));
        else done(out);
      });
    });
  }

  dispose(): void {
    this.listening.forEach((listener) => listener.dispose());
    void this.stop();
  }
}
