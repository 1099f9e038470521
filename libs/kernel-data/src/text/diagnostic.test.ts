import { expect, it } from 'vitest';
import { parseConfig, parseIomem } from '../index.ts';
import { DiagnosticLog } from './diagnostic.ts';

it('keeps a hundred remarks and counts the others', () => {
  const log = new DiagnosticLog('part');
  for (let line = 1; line <= 250; line++) log.warning(line, 'odd');
  expect(log.list().length).toBe(101);
  expect(log.list().at(-1)?.message).toContain('150 more');
});

it('cuts a message that repeats a name as long as the text', () => {
  const name = 'A'.repeat(20_000);
  const config = parseConfig(`CONFIG_${name}=y\nCONFIG_${name}=y\n`).diagnostics;
  const iomem = parseIomem(`${'1'.repeat(20_000)}-2 : x\n`).diagnostics;
  for (const { message } of [...config, ...iomem]) expect(message.length).toBeLessThanOrEqual(1003);
  expect(config.some(({ message }) => message.endsWith('AAA...'))).toBe(true);
});
