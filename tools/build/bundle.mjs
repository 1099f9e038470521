import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Our own packages are bundled from source; everything from the registry stays an import. The bundles lie at the root, so
 * an import must find there what its package would find: where npm put another version at the root, the root's package.json
 * has to name the right one.
 */
const onlyOurs = {
  name: 'only-ours',
  setup(b) {
    const checked = new Set();
    b.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === 'plain' || kind === 'entry-point' || path.startsWith('@altmap/')) return undefined;
      if (path.startsWith('node:')) return { path, external: true };
      const key = `${path} ${resolveDir}`;
      if (!checked.has(key)) {
        checked.add(key);
        const from = (dir) => b.resolve(path, { kind, resolveDir: dir, pluginData: 'plain' });
        const [here, atRoot] = await Promise.all([from(resolveDir), from(root)]);
        if (here.path !== atRoot.path)
          return {
            errors: [{ text: `"${path}" at the root is not the one that ${resolveDir} uses: name it in package.json` }],
          };
      }
      return { path, external: true };
    });
  },
};

/** Bundles programs; `entryPoints` are sources by name, given from the repository's root. */
export async function bundle(entryPoints, outdir) {
  await build({
    absWorkingDir: root,
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
