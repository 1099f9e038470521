import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Our own packages are bundled from source; everything from the registry stays an import. */
const onlyOurs = {
  name: 'only-ours',
  setup(b) {
    b.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@altmap/') ? undefined : { path, external: true },
    );
  },
};

/** Bundles programs; `entryPoints` are sources by name, given from the repository's root. */
export async function bundle(entryPoints, outdir) {
  await build({
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    entryPoints,
    outdir,
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
}
