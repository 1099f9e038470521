import { createHash } from 'node:crypto';
import type { HostReport } from '@altmap/protocol';
import type { Capture } from './capture.ts';
import { type Layout, moveDevices } from './layout.ts';
import { oneOf, randomFrom } from './random.ts';

export interface SimulatedHost {
  readonly machine: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the host says when its evidence has changed so many times. Equal versions are equal but for the time. */
  report(version: number, at: Date): HostReport;
}

export interface FleetOptions {
  readonly hosts: number;
  /** Different layouts of device memory in the fleet; the first is that of the captures. */
  readonly layouts: number;
  readonly seed: number;
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const SITES = ['bern', 'oslo', 'lima', 'pune', 'cork', 'nara'];

/** Device memory stays below 256 GiB, where the machines of the captures have nothing else. */
function layoutFrom(random: () => number): Layout {
  const shift = Math.floor(random() * 64) * oneOf([2 * MIB, 128 * MIB, GIB], random);
  const grow = oneOf([0, Math.floor(random() * 64) * 2 * MIB, GIB, 16 * GIB, 128 * GIB], random);
  return { shift, grow };
}

/** A fleet made of captures: the same hosts for the same captures and options, whoever asks. */
export function fleetOf(captures: readonly Capture[], { hosts, layouts, seed }: FleetOptions): SimulatedHost[] {
  const random = randomFrom(seed);
  const all = Array.from({ length: layouts }, (_, i) => (i === 0 ? { shift: 0, grow: 0 } : layoutFrom(random)));
  const made = new Map<string, Pick<HostReport, 'release' | 'pageSize' | 'parts' | 'absent'>>();

  const saidBy = (capture: Capture, layout: number) => {
    const key = `${capture.name} ${layout}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const { parts, leftOut } = moveDevices(capture.parts, all[layout] ?? { shift: 0, grow: 0 });
    const absent = leftOut.map((kind) => ({ kind, reason: 'not simulated for device memory that was moved' }));
    const said = { release: capture.release, pageSize: capture.pageSize, parts, absent };
    made.set(key, said);
    return said;
  };

  return Array.from({ length: hosts }, (_, i): SimulatedHost => {
    const capture = oneOf(captures, random);
    const first = Math.floor(random() * layouts);
    const site = oneOf(SITES, random);
    const machine = createHash('sha256').update(`fleet-sim ${seed} ${i}`).digest('hex');
    return {
      machine,
      name: `${capture.labels['role'] ?? 'host'}-${site}-${String(i + 1).padStart(String(hosts).length, '0')}`,
      labels: { ...capture.labels, site, simulated: 'yes' },
      report: (version, at) => ({
        machine,
        collectedAt: at.toISOString(),
        ...saidBy(capture, (first + version) % layouts),
      }),
    };
  });
}
