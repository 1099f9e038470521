import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reasonPages } from './reason-pages.ts';
import { withSections } from './sections.ts';

const root = new URL('../../', import.meta.url);

// `npm run generate` writes what these compare.
it('has the configuration table of the schema in README.md', () => {
  const text = readFileSync(new URL('README.md', root), 'utf8');
  expect(withSections(text)).toBe(text);
});

it('has a page for every reason of the engine, and no other', () => {
  const folder = new URL('docs/reasons/', root);
  const written = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
  expect(written).toEqual(new Map(reasonPages()));
});
