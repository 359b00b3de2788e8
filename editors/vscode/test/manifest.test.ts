import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { html } from '../src/view/html.ts';

const root = path.join(process.cwd());
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const sources = ['commands.ts', 'runs/tree.ts'].map((file) => readFileSync(path.join(root, 'src', file), 'utf8')).join('\n');
const commands: string[] = manifest.contributes.commands.map((c: { command: string }) => c.command);

test('no command has the name of one of the server, which its client registers', () => {
  const server = readFileSync(path.join(root, '../../server/lsp/src/commands.rs'), 'utf8');
  const taken = [...server.matchAll(/=> "(callsheet\.\w+)"/g)].map((m) => m[1]);
  assert.ok(taken.length >= 4);
  assert.deepEqual(commands.filter((id) => taken.includes(id)), []);
});

test('each command is declared and registered', () => {
  const registered = [...sources.matchAll(/(?:registerCommand|\bon)\('(callsheet\.\w+)'/g)].map((m) => m[1]);
  assert.deepEqual([...registered].sort(), [...commands].sort());
  const used = JSON.stringify(manifest.contributes).matchAll(/"command":"(callsheet\.\w+)"/g);
  for (const [, id = ''] of used) assert.ok(commands.includes(id), id);
});

test('nothing starts with the editor, and nothing of a workspace that is not trusted chooses a program or a model', () => {
  for (const event of manifest.activationEvents) assert.match(event, /^onLanguage:/);
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  const settings = Object.assign({}, ...manifest.contributes.configuration.map((c: { properties: object }) => c.properties));
  for (const id of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations) assert.equal(settings[id].scope, 'machine');
  for (const id of Object.keys(settings)) if (/run\.(?!openTranscript|seed|simulatedLatencyMs)|server\.path/.test(id)) assert.equal(settings[id].scope, 'machine', id);
});

test('the view may load its two files and nothing else', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html('s.js', 's.css', 'https://source', 'n0'))?.[1];
  assert.equal(policy, "default-src 'none'; style-src https://source; script-src 'nonce-n0'");
});
