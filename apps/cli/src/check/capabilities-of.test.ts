import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readEvidence } from '../evidence/read-evidence.ts';
import type { Terminal } from '../terminal.ts';
import { capabilitiesOf, capabilityText } from './capabilities-of.ts';

const stream = { write: () => {}, isTty: false, columns: null };
const terminal: Terminal = { env: {}, out: stream, err: stream, stdin: async () => new Uint8Array() };
const sample = (name: string): string => fileURLToPath(new URL(`../../../../samples/${name}`, import.meta.url));

test.each([
  ['edge-4k-01', 'zone-device yes', 'pfn yes'],
  ['old-4k-01', 'zone-device no (without ZONE_DEVICE)', 'pfn no (without NVDIMM_PFN)'],
  ['db-64k-03', 'zone-device yes', 'pfn no (without NVDIMM_PFN)'],
])('%s', async (name, ...said) => {
  const evidence = await readEvidence(sample(name), { files: new Map() }, terminal);
  expect(capabilitiesOf(evidence).map(capabilityText).slice(0, 2)).toEqual(said);
});

test('nothing is said where there is no config', async () => {
  const evidence = await readEvidence(sample('edge-4k-01'), { files: new Map() }, terminal);
  expect(capabilitiesOf({ ...evidence, parts: new Map() })).toEqual([]);
});

test('a fragment leaves it open', async () => {
  const evidence = await readEvidence(sample('edge-4k-01'), { files: new Map() }, terminal);
  const content = new TextEncoder().encode('CONFIG_ARM64=y\nCONFIG_ZONE_DEVICE=y\n');
  const [zoneDevice] = capabilitiesOf({ ...evidence, parts: new Map([['config', { path: 'fragment', content }]]) });
  expect(zoneDevice && capabilityText(zoneDevice)).toMatch(/^zone-device \? \(SPARSEMEM_VMEMMAP, .*not said\)$/);
});
