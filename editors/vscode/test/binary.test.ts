import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { search } from '../src/server/binary.ts';

const root = mkdtempSync(path.join(tmpdir(), 'callsheet-search-'));
after(() => rmSync(root, { recursive: true }));

function program(folder: string, mode = 0o755): string {
  const file = path.join(root, folder, 'callsheet');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, mode);
  return file;
}

const named = program('named');
const env = program('env');
const bundled = program('extension/server');
const onPath = program('bin');
const extension = path.join(root, 'extension');
const PATH = ['relative', path.join(root, 'none'), path.join(root, 'bin')].join(path.delimiter);

test('the setting goes first, then the environment, then what the extension brings, then the path', () => {
  assert.equal(search(named, { CALLSHEET_BIN: env, PATH }, extension).found, named);
  assert.equal(search('', { CALLSHEET_BIN: env, PATH }, extension).found, env);
  assert.equal(search('', { PATH }, extension).found, bundled);
  assert.equal(search('', { PATH }, path.join(root, 'bare')).found, onPath);
});

test('a program that was named and is not there is not replaced by another', () => {
  const gone = path.join(root, 'gone');
  assert.deepEqual(search(gone, { CALLSHEET_BIN: env, PATH }, extension), { found: null, tried: [`${gone} (the setting callsheet.server.path)`] });
});

test('what cannot be executed is not found, and the message can say where it was looked for', () => {
  program('dead/server', 0o644);
  const { found, tried } = search('', { PATH: path.join(root, 'none') }, path.join(root, 'dead'));
  assert.equal(found, null);
  assert.deepEqual(tried, [`${path.join(root, 'dead/server/callsheet')} (brought by the extension)`, 'callsheet on the PATH']);
});
