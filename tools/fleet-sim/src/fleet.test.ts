import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { readCaptures } from './capture.ts';
import { fleetOf, type SimulatedHost } from './fleet.ts';

const captures = await readCaptures(new URL('../../../samples', import.meta.url).pathname);
const at = new Date('2026-11-23T12:00:00Z');

/** All that a host says, short enough to compare. */
function said({ machine, name, labels, report }: SimulatedHost, version: number): string {
  const hash = createHash('sha256');
  for (const [kind, bytes] of report(version, at).parts) hash.update(kind).update(bytes);
  return JSON.stringify([machine, name, labels, hash.digest('hex')]);
}

it('makes the same fleet from the same seed, and another from another', () => {
  const fleet = (seed: number) => fleetOf(captures, { hosts: 20, layouts: 5, seed }).map((host) => said(host, 2));
  expect(fleet(7)).toEqual(fleet(7));
  expect(fleet(8)).not.toEqual(fleet(7));
});

it('names every host once and makes hosts of every capture', () => {
  const fleet = fleetOf(captures, { hosts: 500, layouts: 4, seed: 1 });
  expect(new Set(fleet.map(({ machine }) => machine)).size).toBe(500);
  expect(new Set(fleet.map(({ name }) => name)).size).toBe(500);
  expect(new Set(fleet.map((host) => host.report(0, at).parts.get('config'))).size).toBe(captures.length);
});

it('says the same until it has changed, and something else then', () => {
  const [host] = fleetOf(captures, { hosts: 1, layouts: 3, seed: 5 });
  if (host === undefined) throw new Error('expected a host');
  expect(said(host, 0)).toBe(said(host, 0));
  expect(said(host, 1)).not.toBe(said(host, 0));
});
