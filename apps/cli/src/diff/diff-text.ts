import type { DeviceChange, MemoryChange, ReportDiff, SymbolState } from '@altmap/policy';
import { printable, row, table } from '../output/table.ts';
import { formatAddress, formatBytes, formatPageSize } from '../output/units.ts';

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

/** A diff for people; "nothing differs" where nothing does. */
export function diffText({ release, pageSize, config, memoryMap, devices }: ReportDiff): string {
  const paragraphs: string[] = [];
  if (release !== null) paragraphs.push(`Release: ${printable(release.before)} -> ${printable(release.after)}\n`);
  if (pageSize !== null) {
    paragraphs.push(`Page size: ${formatPageSize(pageSize.before)} -> ${formatPageSize(pageSize.after)}\n`);
  }
  if (config !== null && config.changes.length > 0) {
    const { complete, changes } = config;
    const isWhole = complete.before && complete.after;
    const rows = changes.map((change) =>
      row(`  CONFIG_${change.symbol}`, symbolText(change.before), '->', symbolText(change.after)),
    );
    const doubt = isWhole ? '' : ' (not both are whole configs: what is absent there may still be set)';
    paragraphs.push(`Config: ${changes.length} symbols${doubt}\n${table(rows, null)}`);
  }
  if (memoryMap !== null && memoryMap.length > 0) {
    paragraphs.push(`Memory map\n${table(memoryMap.map(memoryRow), null)}`);
  }
  if (devices.length > 0) paragraphs.push(`Device ranges\n${table(devices.flatMap(deviceRows), null)}`);
  if (paragraphs.length === 0) paragraphs.push('Nothing differs.\n');
  const untold = [...(config === null ? ['the config'] : []), ...(memoryMap === null ? ['the memory map'] : [])];
  if (untold.length > 0) paragraphs.push(`Not compared, because not both have it: ${untold.join(', ')}.\n`);
  return paragraphs.join('\n');
}

/** A symbol's state in words. */
export function symbolText(state: SymbolState): string {
  if (state.state === 'set') return state.value;
  return state.state === 'absent' ? 'absent' : 'not set';
}

function memoryRow({ change, start, size, name, within }: MemoryChange) {
  const end = start + size - 1;
  return row(
    `  ${SIGNS[change]} ${formatAddress(start)}-${formatAddress(end)}`,
    formatBytes(size),
    [...within, name].join(' > '),
  );
}

function deviceRows({ name, change, fields }: DeviceChange) {
  return fields.map(({ field, before, after }, i) => {
    const text = (value: string | number | null): string => {
      if (typeof value !== 'number') return value ?? '-';
      return field === 'start' ? formatAddress(value) : formatBytes(value);
    };
    return row(`  ${i === 0 ? `${SIGNS[change]} ${name}` : ''}`, field, text(before), '->', text(after));
  });
}
