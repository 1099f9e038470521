import type { Diagnostic } from '@altmap/kernel-data';
import { type Manifest, PART_KINDS, type PartKind } from '@altmap/protocol';
import type { Evidence } from './evidence.ts';
import type { Layout } from './layout-of.ts';

type Reasons = Readonly<Partial<Record<PartKind, string>>>;

const SOSREPORT: Reasons = {
  config: 'sos copies /boot/config-RELEASE since 4.7.1, and no other place of a config: send the config as well',
  iomem: 'sos copies /proc/iomem with its pci plugin, which did not run: send it as well, read as root',
  ndctl: 'sos runs ndctl list since 4.0, where ndctl is installed',
  daxctl: 'sos runs daxctl list since 4.0, where daxctl is installed',
};

const SUPPORTCONFIG: Reasons = {
  config: 'supportconfig does not collect it: send the config as well',
  iomem: 'supportconfig does not collect it: send /proc/iomem as well, read as root',
  ndctl: 'supportconfig runs ndctl list where supportutils-plugin-pmem is installed',
  daxctl: 'supportconfig runs daxctl list where supportutils-plugin-pmem is installed',
};

const KNOWN: Readonly<Record<Layout['kind'], Reasons>> = {
  bundle: {},
  tree: {},
  sosreport: SOSREPORT,
  supportconfig: SUPPORTCONFIG,
};
const MAX_REASON = 500;

/** Why each part that a report could have is not there. */
export function absenceOf(
  found: ReadonlyMap<PartKind, unknown>,
  layout: Layout,
  manifest: Manifest | null,
  evidence: Evidence,
  diagnostics: readonly Diagnostic[],
): Manifest['absent'] {
  const said = new Map((manifest?.absent ?? []).map(({ kind, reason }) => [kind, reason]));
  return PART_KINDS.filter((kind) => !found.has(kind)).map((kind) => {
    const unfit = evidence.unread(kind) ?? leftOut(kind, evidence, diagnostics);
    const reason = unfit ?? said.get(kind) ?? KNOWN[layout.kind][kind] ?? 'not in the archive';
    return { kind, reason: reason.slice(0, MAX_REASON) };
  });
}

/** What could be read but does not count: the config of another kernel, texts that contradict each other. */
function leftOut(kind: PartKind, evidence: Evidence, diagnostics: readonly Diagnostic[]): string | null {
  const sources = new Set(evidence.all(kind).map(({ name }) => name));
  const found = diagnostics.find(({ severity, source }) => severity === 'error' && sources.has(source));
  if (found === undefined) return null;
  return `${found.source}: ${found.message}${found.expected === null ? '' : `; expected ${found.expected}`}`;
}
