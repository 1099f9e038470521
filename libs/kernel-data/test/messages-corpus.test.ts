import { describe, expect, it } from 'vitest';
import { parseDmesg } from '../src/index.ts';
import { readTable, SKIP_REASON, SKIP_SHARED } from './shared.ts';

/** Formats whose messages are events, by the files that print them; the other messages there are of no use here. */
const EVENTS =
  /^(init failed|number of pfns truncated|pfn array size|bad offset|resource (start|end) misaligned|alignment: |%s unable to satisfy|%s: start %pa misaligned|Memory debug options|%pr misaligned|could not reserve (region %pR|metadata)|rejecting DAX|mapping%d: .*(too small|could not reserve|memory add failed)|Hotplug memory|attempted on|Conflicting|failed to free all|memory add fail, invalid|Block size|changing (numa|target) node)/;

const SAMPLES: readonly (readonly [RegExp, string])[] = [
  [/%p[rR]/g, '[mem 0x80000000-0x800fffff flags 0x200]'],
  [/%pa/g, '0x0000000080100000'],
  [/%#l{0,2}x/g, '0x200000'],
  [/%l{0,2}x/g, '200000'],
  [/%l{0,2}d/g, '65536'],
  [/%s region/g, 'mixed region'],
  [/%s/g, 'namespace0.0'],
];

const rows = SKIP_SHARED ? [] : readTable('corpus/dmesg/kernel-messages.tsv');
const formats = [...new Set(rows.map((row) => row.get('format') ?? ''))].filter((format) => EVENTS.test(format));

describe.skipIf(SKIP_SHARED)(`messages of the kernel${SKIP_REASON}`, () => {
  it('has them', () => {
    expect(formats.length).toBeGreaterThan(25);
  });

  it.each(formats)('%s', (format) => {
    const text = SAMPLES.reduce((message, [placeholder, sample]) => message.replace(placeholder, sample), format);
    const prefix = format.startsWith('changing')
      ? 'nfit ACPI0012:00: '
      : /%pa|%#llx|^[A-Z]|attempted|failed to free|memory add/.test(format)
        ? ''
        : 'nd_pmem pfn0.0: ';
    expect(parseDmesg(`[    1.000000] ${prefix}${text}\n`).log.events).toHaveLength(1);
  });
});
