import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Manifest, type PartKind, partFile } from '@altmap/protocol';
import { AgentRoot, type RootOptions } from './agent-root.ts';
import type { Capture } from './capture.ts';

/** A bundle that the agent has written, unpacked. */
export interface Bundle {
  readonly folder: string;
  /** As the archive lists them. */
  readonly members: readonly string[];
  readonly manifest: Manifest;
  readonly parts: ReadonlyMap<PartKind, Buffer>;
}

export interface BundleOptions extends RootOptions {
  readonly args?: readonly string[];
  /** Changes the machine before the agent runs. */
  readonly prepare?: (root: AgentRoot) => void;
}

/** Makes bundles, each on a machine of its own, and forgets them all in the end. */
export class Bundles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'altmap-bundles-'));
  #made = 0;

  /** What `altmap-agent --output` writes on the host of a capture. @throws Error with what the agent says */
  async of(capture: Capture, { args = [], prepare = () => {}, ...options }: BundleOptions = {}): Promise<Bundle> {
    const root = new AgentRoot(capture, options);
    try {
      prepare(root);
      const { status, out, err } = await root.agent(['--output', '/tmp/bundle.tar.gz', ...args]);
      if (status !== 0 || !/^wrote \/tmp\/bundle\.tar\.gz: \d+ bytes\n$/.test(out))
        throw new Error(`${status} ${out}${err}`);
      return this.#unpack(join(root.path, 'tmp/bundle.tar.gz'), capture.name);
    } finally {
      root.remove();
    }
  }

  /** Several, two at a time. */
  async ofAll(captures: readonly Capture[], options: (i: number) => BundleOptions = () => ({})): Promise<Bundle[]> {
    const bundles: Bundle[] = [];
    const left = [...captures.entries()];
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        bundles[next[0]] = await this.of(next[1], options(next[0]));
      }
    };
    await Promise.all([work(), work()]);
    return bundles;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #unpack(archive: string, name: string): Bundle {
    const parent = join(this.#folder, String(this.#made++));
    mkdirSync(parent);
    const listed = tar('--list', '--file', archive);
    tar('--extract', '--file', archive, '--directory', parent);
    // Under the name of the host, as altmap check calls what it reads.
    const folder = join(parent, name);
    renameSync(join(parent, 'altmap-bundle'), folder);
    const parts = readdirSync(folder).flatMap((file): [PartKind, Buffer][] => {
      const part = partFile(file);
      return part === null ? [] : [[part.kind, readFileSync(join(folder, file))]];
    });
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
    return { folder, members: listed.trim().split('\n'), manifest, parts: new Map(parts) };
  }
}

function tar(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('tar', ['--gzip', ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar ${args.join(' ')}: ${stderr}`);
  return stdout;
}
