import { parseConfig } from '@altmap/kernel-data';
import { type Capability, capability } from '@altmap/vmemmap';
import type { HostEvidence } from '../evidence/host-evidence.ts';

const SHOWN = ['zone-device', 'pfn', 'devdax', 'raw-pages', 'kmem'] as const;

/** What the host's kernel config offers, with the symbols that decide; none where there is no config. */
export function capabilitiesOf({ parts }: HostEvidence): Capability[] {
  const part = parts.get('config');
  if (part === undefined) return [];
  const { config } = parseConfig(new TextDecoder().decode(part.content));
  return SHOWN.map((name) => capability(config, name));
}

/** "devdax no (DEV_DAX_PMEM)". */
export function capabilityText({ name, state, missing, unknown }: Capability): string {
  if (state === 'yes') return `${name} yes`;
  return state === 'no' ? `${name} no (without ${missing.join(', ')})` : `${name} ? (${unknown.join(', ')} not said)`;
}
