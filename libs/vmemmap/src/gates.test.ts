import { describe, expect, it } from 'vitest';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { capabilitiesFor } from './gates.ts';
import { judge } from './judge.ts';
import type { PlugRequest } from './types.ts';

describe('capabilitiesFor', () => {
  const reasons = (more: Partial<PlugRequest>) =>
    capabilitiesFor(targetOf(4096, '6.12.117').config, requestOf(GIB, more)).map(
      ([reason, { name }]) => `${reason} ${name}`,
    );
  const PFN = ['NO_ZONE_DEVICE zone-device', 'NO_PFN_DRIVER pfn', 'NO_PROVIDER_DRIVER provider'];

  it.each<[Partial<PlugRequest>, readonly string[]]>([
    [{ mode: 'fsdax' }, PFN],
    [{ mode: 'devdax' }, [...PFN, 'NO_DEVDAX_DRIVER devdax']],
    [{ mode: 'kmem' }, [...PFN, 'NO_DEVDAX_DRIVER devdax', 'NO_KMEM_DRIVER kmem']],
    [{ mode: 'raw' }, ['NO_RAW_DRIVER raw-attach', 'NO_PROVIDER_DRIVER provider']],
    [
      { mode: 'devdax', provider: 'hmem' },
      ['NO_ZONE_DEVICE zone-device', 'NO_PROVIDER_DRIVER provider', 'NO_DEVDAX_DRIVER hmem'],
    ],
    [
      { mode: 'kmem', provider: 'cxl', volatile: true },
      ['NO_ZONE_DEVICE zone-device', 'NO_PROVIDER_DRIVER provider', 'NO_DEVDAX_DRIVER hmem', 'NO_KMEM_DRIVER kmem'],
    ],
  ])('%o takes %j', (more, expected) => {
    expect(reasons(more)).toEqual(expected);
  });
});

describe('the alignment', () => {
  const target = targetOf(65536, '6.12.117');
  const fragment = {
    complete: false,
    get: (symbol: string) =>
      symbol === 'TRANSPARENT_HUGEPAGE' ? { type: 'absent' as const } : target.config.get(symbol),
  };

  it('needs to know of transparent huge pages, unless it is one page', () => {
    const ask = (align: number | null) =>
      judge({ ...target, config: fragment }, SMALL_RAM, requestOf(2 * GIB, { align }));
    const open = {
      outcome: 'unknown',
      reason: 'CONFIG_INCOMPLETE',
      missing: ['CONFIG_TRANSPARENT_HUGEPAGE'],
      facts: { symbols: 'CONFIG_TRANSPARENT_HUGEPAGE' },
    };
    expect(ask(null)).toMatchObject(open);
    expect(ask(512 * MIB)).toMatchObject(open);
    expect(ask(65536)).toMatchObject({ outcome: 'ok', align: 65536 });
  });
});

describe('the alignment of a region that ndctl asks for (kernel-facts C.1)', () => {
  const ndctl = (release: string, size: number) =>
    judge(targetOf(4096, release), SMALL_RAM, requestOf(size, { via: 'ndctl', align: 4096 }));

  it.each([
    ['5.15.100', 8 * MIB, 'NAMESPACE_TOO_SMALL'],
    ['6.12.117', 8 * MIB, 'NAMESPACE_TOO_SMALL'],
    ['5.12.9', 8 * MIB, 'NDCTL_REGION_ALIGN'],
    ['5.14.0-427.el9.aarch64', 8 * MIB, 'NAMESPACE_TOO_SMALL'],
    ['6.12.117', 8 * MIB + 2048, 'NDCTL_REGION_ALIGN'],
    ['6.12.117', 18 * MIB, 'NDCTL_REGION_ALIGN'],
    ['6.12.117', 16 * MIB, 'OK'],
  ])('%s, %i bytes: %s', (release, size, reason) => {
    expect(ndctl(release, size).reason).toBe(reason);
  });
});

describe('a region on DIMMs', () => {
  it.each([
    ['nfit', 'REGION_MISALIGNED'],
    ['cxl', 'REGION_MISALIGNED'],
    ['of', 'OK'],
    ['virtio', 'OK'],
  ] as const)('of %s must have whole pages: %s', (provider, reason) => {
    const cxl = { CXL_BUS: 'm', CXL_ACPI: 'm', CXL_PORT: 'm', CXL_MEM: 'm', CXL_REGION: 'y', CXL_PMEM: 'm' } as const;
    const request = requestOf(GIB + 4096, { provider, align: 65536 });
    expect(judge(targetOf(65536, '6.12.117', cxl), SMALL_RAM, request).reason).toBe(reason);
  });
});
