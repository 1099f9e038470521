import { sha256Hex } from '@altmap/protocol';
import type { HostEvidence } from './host-evidence.ts';

/** SHA-256 (hex) of the machine-id, by which hosts are known; a capture without one is known by its name. */
export async function machineOf({ machine, machineId, name }: HostEvidence): Promise<string> {
  return machine ?? sha256Hex(new TextEncoder().encode(machineId ?? `name:${name}`));
}
