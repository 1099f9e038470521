// Bundles the command line, the API and the worker into dist/. Runs on whatever Node npm itself runs on.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const outdir = fileURLToPath(new URL('../../dist', import.meta.url));
const started = Date.now();
rmSync(outdir, { recursive: true, force: true });
await bundle(
  { altmap: 'apps/cli/src/main.ts', api: 'apps/api/src/main.ts', worker: 'apps/worker/src/main.ts' },
  outdir,
);
if (!process.argv.includes('--quiet')) console.log(`built dist/ in ${Date.now() - started} ms`);
