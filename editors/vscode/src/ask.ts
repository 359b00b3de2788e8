import path from 'node:path';
import * as vscode from 'vscode';
import { serverCommand } from './server/protocol.ts';
import type { Server } from './server/server.ts';

/** What a question is about: what is on disk at `uri`, or `text` in its place. */
interface About {
  uri: string;
  text?: string;
  /** For people: `notes.txt`, `lines 3 to 9 of notes.txt`. */
  words: string;
}

/** Asks a person for a question about what they selected, the file they look at or what they chose in the explorer; the server does the rest. */
export async function askAbout(server: Server, chosen?: vscode.Uri): Promise<void> {
  // The menu of an editor names its file, too.
  const here = chosen === undefined || chosen.toString() === vscode.window.activeTextEditor?.document.uri.toString();
  const about = here ? selected() : found(chosen);
  if (about === undefined) return void vscode.window.showInformationMessage('Open a file, or choose a file or folder in the explorer, to ask about it.');
  const question = await vscode.window.showInputBox({ title: `Ask about ${about.words}`, prompt: 'A model writes code that reads it, and has other models read the parts.', placeHolder: 'What does it say about …?', ignoreFocusOut: true });
  if (question === undefined || question.trim() === '') return;
  const { words: _, ...target } = about;
  if ((await server.ready()) !== undefined) await vscode.commands.executeCommand(serverCommand.ask, { ...target, question });
}

function selected(): About | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  if (selection.isEmpty) return whole(document);
  const [from, to] = [selection.start.line + 1, selection.end.line + 1];
  const lines = from === to ? `line ${from}` : `lines ${from} to ${to}`;
  return { uri: document.uri.toString(), text: document.getText(selection), words: `${lines} of ${name(document.uri)}` };
}

/** A file as an editor has it, which may not be saved; else what is on disk. */
function found(uri: vscode.Uri): About {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open === undefined ? { uri: uri.toString(), words: name(uri) } : whole(open);
}

function whole(document: vscode.TextDocument): About {
  const saved = document.uri.scheme === 'file' && !document.isDirty;
  return { uri: document.uri.toString(), ...(!saved && { text: document.getText() }), words: name(document.uri) };
}

function name(uri: vscode.Uri): string {
  return path.basename(uri.fsPath) || uri.toString();
}
