import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { reasonPages } from './reason-pages.ts';
import { withSections } from './sections.ts';

const readme = new URL('../../README.md', import.meta.url);
writeFileSync(readme, withSections(readFileSync(readme, 'utf8')));

const reasons = new URL('../../docs/reasons/', import.meta.url);
rmSync(reasons, { recursive: true, force: true });
mkdirSync(reasons, { recursive: true });
for (const [name, text] of reasonPages()) writeFileSync(new URL(name, reasons), text);
