import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** esbuild by itself would leave a node: import for the browser to fail on. */
const noNode: Plugin = {
  name: 'no-node',
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => ({
      errors: [{ text: `${importer} imports ${path}, which no browser has` }],
    }));
  },
};

/** Bundles a module that is given as text; its imports resolve as in the root of the repository. @throws on a node: import */
export async function bundleForBrowser(source: string): Promise<{ code: string; inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: root, loader: 'ts', sourcefile: 'entry.ts' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [noNode],
  });
  const code = outputFiles[0]?.text;
  if (code === undefined) throw new Error('esbuild wrote nothing');
  return { code, inputs: Object.keys(metafile.inputs) };
}
