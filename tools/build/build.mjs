// Bundles the command line, the server and the worker into dist/. Runs on whatever Node npm itself runs on.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const quiet = process.argv.includes('--quiet');
const started = Date.now();

/** Our own packages are bundled from source; everything from the registry stays an import. */
const onlyOurs = {
  name: 'only-ours',
  setup(b) {
    b.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@altmap/') ? undefined : { path, external: true },
    );
  },
};

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { altmap: 'apps/cli/src/main.ts', api: 'apps/api/src/main.ts', worker: 'apps/worker/src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [onlyOurs],
});
if (!quiet) console.log(`built dist/ in ${Date.now() - started} ms`);
