import { describe, expect, it } from 'vitest';
import { parseDaxctl, parseNdctl, readHost } from '../src/index.ts';
import { listShared, readShared, SKIP_REASON, SKIP_SHARED } from './shared.ts';

const files = SKIP_SHARED ? [] : listShared('corpus/ndctl');

describe.skipIf(SKIP_SHARED)(`output of ndctl, daxctl and cxl${SKIP_REASON}`, () => {
  it('has it', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it.each(files)('%s', (file) => {
    const text = readShared(`corpus/ndctl/${file}`);
    const { listing, diagnostics } = parseNdctl(text, file);
    // Well-formed output gives no remark; of malformed output it is said which line is wrong.
    if (file.startsWith('malformed')) expect(diagnostics.every((d) => d.line !== null)).toBe(true);
    else expect(diagnostics.filter((d) => d.severity !== 'info')).toEqual([]);
    if (file.startsWith('malformed')) expect(diagnostics.length).toBeGreaterThan(0);
    const names = (pattern: RegExp): number => new Set([...text.matchAll(pattern)].map((match) => match[1])).size;
    if (!text.includes('"signature"')) {
      expect(new Set(listing.namespaces.map((n) => n.name)).size).toBe(names(/"dev" *: *"(namespace[\d.]+)"/g));
    }
    expect(new Set(listing.regions.map((r) => r.name)).size).toBe(names(/"dev" *: *"(region\d+)"/g));
    for (const namespace of listing.namespaces) {
      const printed = new RegExp(`"${namespace.name.replace('.', '\\.')}"[^{}]*?"size" *: *("?)([^",\\n]+)`).exec(text);
      if (printed !== null && printed[1] === '') expect(namespace.size?.exact).toBe(Number(printed[2]));
      if (printed !== null && printed[1] === '"')
        expect(namespace.size).toMatchObject({ exact: null, text: printed[2] });
    }
    expect(parseDaxctl(text, file).listing).toEqual(listing);
    expect(readHost(new Map([['ndctl', text]])).namespaces).toEqual([]);
  });

  it('reads what read-infoblock prints', () => {
    const { listing } = parseNdctl(readShared('corpus/ndctl/auto-ndctl-ndctl-038.json'));
    expect(listing.infoBlocks).toMatchObject([{ namespace: 'namespace0.0', signature: 'pfn', version: '1.3' }]);
    expect(listing.infoBlocks[0]?.numbers.get('dataoff')).toBe(69206016);
  });
});
