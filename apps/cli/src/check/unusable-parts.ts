import { parseConfig, parseIomem } from '@altmap/kernel-data';
import type { PartKind } from '@altmap/protocol';
import type { EvidencePart } from '../evidence/host-evidence.ts';
import type { Unusable } from './check-report.ts';
import { diagnosticText } from './diagnostic-text.ts';
import type { JudgedHost } from './judge-host.ts';

/**
 * Parts that could not be used: a config or memory map in which nothing could be read at all; and whatever has an error and
 * was named by an option: what one names oneself is meant to be read. In a captured directory a part with errors is only
 * remarked on, since collectors write down whatever a tool said.
 */
export function unusableParts(host: JudgedHost, named: ReadonlySet<PartKind>): Unusable[] {
  return [...host.evidence.parts].flatMap(([kind, part]) => {
    if (!named.has(kind) && !isJunk(kind, part)) return [];
    const error = host.diagnostics.find(({ source, severity }) => source === kind && severity === 'error');
    if (error !== undefined) return [{ path: part.path, message: diagnosticText(host.evidence, error) }];
    return isJunk(kind, part)
      ? [
          {
            path: part.path,
            message: `${part.path}: expected a ${EXPECTED[kind] ?? kind}, nothing in it could be read`,
          },
        ]
      : [];
  });
}

const EXPECTED: Readonly<Partial<Record<PartKind, string>>> = {
  config: 'kernel .config',
  iomem: 'copy of /proc/iomem',
};

function isJunk(kind: PartKind, { content }: EvidencePart): boolean {
  const text = new TextDecoder().decode(content);
  if (kind === 'config') return parseConfig(text).config.symbols()[Symbol.iterator]().next().done === true;
  return kind === 'iomem' && parseIomem(text).map.entries.length === 0;
}
