import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle as bundleInto } from '@altmap/build';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Bundled programs, in a folder from which they find the installed packages. */
export interface Bundle<Name extends string> {
  readonly programs: Readonly<Record<Name, string>>;
  remove(): Promise<void>;
}

/** Bundles programs from source, as the build does, and leaves dist/ alone. Sources are given from the repository's root. */
export async function bundle<Name extends string>(sources: Readonly<Record<Name, string>>): Promise<Bundle<Name>> {
  const cache = join(root, 'node_modules/.cache/altmap');
  await mkdir(cache, { recursive: true });
  const outdir = await mkdtemp(join(cache, 'programs-'));
  await bundleInto(sources, outdir);
  const programs = Object.fromEntries(Object.keys(sources).map((name) => [name, join(outdir, `${name}.js`)]));
  return { programs: programs as Record<Name, string>, remove: () => rm(outdir, { recursive: true, force: true }) };
}
