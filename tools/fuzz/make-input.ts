import { PART_KINDS, type PartKind } from '@altmap/protocol';
import { oneOf, randomFrom } from '../fleet-sim/src/random.ts';
import type { Bases } from './bases.ts';
import { generate } from './generate.ts';
import { excerpt, mutate } from './mutate.ts';
import { PACKINGS, tarOf } from './pack.ts';
import { type Given, type Target, TARGETS } from './targets.ts';

export interface Input extends Given {
  readonly target: Target;
}

type Random = () => number;

const SHARES = TARGETS.flatMap((target) => Array.from({ length: target.weight }, () => target));
const RELEASES = [
  '6.12.117+deb12-arm64',
  '6.1.192',
  '5.7.0',
  '5.14.0-284.el9.aarch64',
  '7.3.4',
  '0.0',
  '',
  '9999.99999.999999',
  '6.6.6 6',
];
const PAGE_SIZES = [null, 4096, 16384, 65536, 8192, 0, -1, 1.5, Number.NaN];
/** A share of the parts is of another kind than its reader expects. */
const MISLABELLED = 0.1;

/** The input of this number in the run with this seed: the same one from the same bases. */
export function makeInput(seed: number, index: number, bases: Bases): Input {
  const random = randomFrom(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
  // The first numbers of seeds that lie close together are alike.
  random();
  const target = oneOf(SHARES, random);
  const said = {
    release: random() < 0.7 ? oneOf(RELEASES.slice(0, 2), random) : oneOf(RELEASES, random),
    pageSize: random() < 0.7 ? 4096 : oneOf(PAGE_SIZES, random),
  };
  const { takes } = target;
  if (takes === 'host') return { target, ...said, parts: hostParts(bases, random) };
  if (takes === 'archive') return { target, ...said, parts: new Map([['config', archive(bases, random)]]) };
  return { target, ...said, parts: new Map([[takes, part(takes, bases, random)]]) };
}

/** One part: a real file mutated, or a text made from nothing, mutated or not. */
function part(kind: PartKind, bases: Bases, random: Random): Uint8Array {
  const from = random() < MISLABELLED ? oneOf(PART_KINDS, random) : kind;
  const made = Math.floor(random() * 2 ** 31);
  const files = bases.byKind.get(from) ?? [];
  if (files.length === 0 || random() < 0.15) {
    const text = generate(from, made);
    return random() < 0.5 ? text : mutate(text, random, oneOf(bases.files, random).bytes);
  }
  return mutate(excerpt(oneOf(files, random).bytes, random), random, oneOf(bases.files, random).bytes);
}

/** A real host with some parts lost, some cut short and some of them spoilt. */
function hostParts(bases: Bases, random: Random): Map<PartKind, Uint8Array> {
  const parts = new Map<PartKind, Uint8Array>();
  for (const [kind, bytes] of oneOf(bases.hosts, random)) {
    const fate = random();
    if (fate < 0.1) continue;
    // A whole config in each input would take most of the time, and hardly anything in it is read.
    parts.set(kind, kind === 'config' && fate < 0.9 ? bytes.subarray(0, 16_384) : bytes);
  }
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const kind = oneOf(PART_KINDS, random);
    const whole = parts.get(kind);
    const spoilt =
      whole !== undefined && random() < 0.7 ? mutate(whole, random, oneOf(bases.files, random).bytes) : null;
    parts.set(kind, spoilt ?? part(kind, bases, random));
  }
  return parts;
}

/** A host's files in a tar, spoilt before packing, after packing, or both. */
function archive(bases: Bases, random: Random): Uint8Array {
  const folder = oneOf(['', 'host/', 'sosreport-x-2026-11-23-abc/', '../', '/', 'a/../../'], random);
  const places: Readonly<Partial<Record<PartKind, string>>> = {
    config: 'boot/config-6.1.0',
    iomem: 'proc/iomem',
    version: 'proc/version',
  };
  const files = new Map<string, Uint8Array>();
  for (const [kind, bytes] of hostParts(bases, random)) {
    const place = random() < 0.5 ? (places[kind] ?? kind) : kind;
    files.set(folder + place, bytes.subarray(0, 16_384));
  }
  const other = oneOf(bases.files, random).bytes;
  const tar = tarOf(files);
  const plain = random() < 0.5 ? tar : mutate(tar, random, other);
  const packed = oneOf(PACKINGS, random)(plain);
  return random() < 0.5 ? packed : mutate(packed, random, other);
}
