import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bases } from './bases.ts';
import { makeInput } from './make-input.ts';

/** Writes the parts of an input as files, by their kinds, into a new folder. */
export class InputSaver {
  readonly #seed: number;
  readonly #bases: Bases;
  #folder: string | null = null;

  constructor(seed: number, bases: Bases) {
    this.#seed = seed;
    this.#bases = bases;
  }

  save(index: number): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'altmap-fuzz-'));
    const folder = join(this.#folder, String(index));
    mkdirSync(folder, { recursive: true });
    const { target, parts } = makeInput(this.#seed, index, this.#bases);
    for (const [kind, bytes] of parts)
      writeFileSync(join(folder, target.takes === 'archive' ? 'archive' : kind), bytes);
    return folder;
  }
}
