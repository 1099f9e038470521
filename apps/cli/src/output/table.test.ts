import { expect, test } from 'vitest';
import { table } from './table.ts';

test('columns are as wide as their widest cell; numbers stand right', () => {
  const rows = [
    [{ text: 'NAME' }, { text: 'SIZE', alignRight: true }, { text: 'WHY' }],
    [{ text: 'namespace0.0' }, { text: '2 GiB', alignRight: true }, { text: '' }],
  ];
  expect(table(rows, null)).toBe('NAME           SIZE  WHY\nnamespace0.0  2 GiB\n');
});

test('the last column is wrapped to the terminal, under itself', () => {
  const reason = 'the memmap would lie on the device and take a part of it';
  const lines = table([[{ text: 'ok' }, { text: reason }]], 34)
    .trimEnd()
    .split('\n');
  expect(lines.every((line) => line.length <= 34)).toBe(true);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.slice(1).every((line) => line.startsWith('    '))).toBe(true);
  expect(lines.map((line) => line.slice(4)).join(' ')).toBe(reason);
});

test('a pipe gets whole lines', () => {
  expect(table([[{ text: 'x'.repeat(300) }]], null)).toBe(`${'x'.repeat(300)}\n`);
});

test('styles do not count as width, and control characters never reach the terminal', () => {
  const styled = table([[{ text: 'a\u001b]0;title\u0007', style: (text) => `<${text}>` }, { text: 'b' }]], null);
  expect(styled).toBe('<a\ufffd]0;title\ufffd>  b\n');
});
