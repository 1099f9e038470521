import { readFileSync, writeFileSync } from 'node:fs';
import { withSections } from './sections.ts';

const file = new URL('../../README.md', import.meta.url);
writeFileSync(file, withSections(readFileSync(file, 'utf8')));
