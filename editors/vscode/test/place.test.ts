import assert from 'node:assert/strict';
import { test } from 'node:test';
import { position } from '../src/view/place.ts';

const document = (...lines: string[]) => ({ lineCount: lines.length, lineAt: (line: number) => ({ text: lines[line] ?? '' }) }) as Parameters<typeof position>[0];

test('columns count characters, VS Code counts UTF-16 units', () => {
  const text = document('first', '👩‍🚀 你好 agent()');
  assert.deepEqual({ ...position(text, { line: 2, column: 8 }) }, { line: 1, character: 9 });
  assert.equal('👩‍🚀 你好 agent()'.slice(9), 'agent()');
});

test('a place that is no longer in the text is brought into it', () => {
  assert.deepEqual({ ...position(document('ab'), { line: 9, column: 9 }) }, { line: 0, character: 2 });
});
