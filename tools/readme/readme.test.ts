import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withSections } from './sections.ts';

it('has the configuration table of the schema (node tools/readme/main.ts writes it)', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(withSections(text)).toBe(text);
});
