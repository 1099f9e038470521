import { describe, expect, it } from 'vitest';
import { readRelease } from '../conformance/read-boots.ts';
import { targetOf } from '../test/builders.ts';
import { behaviourOf, treeOfTarget } from './behaviours.ts';
import { stableLevelOf, treeOf } from './release.ts';
import type { BehaviourName } from './types.ts';

function answers(name: BehaviourName, ...releases: readonly string[]): readonly (boolean | null)[] {
  return releases.map((release) => behaviourOf(name, targetOf(4096, release)));
}

describe('behaviourOf', () => {
  it.each<[BehaviourName, string, string]>([
    ['altmapHonoured', '5.8.18', '5.9.1'],
    ['pmdFallbackDram', '5.10.44', '5.11.14'],
    ['sectionsOf128M', '5.11.14', '5.12.9'],
    ['mhpRangeChecked', '5.11.14', '5.12.9'],
    ['bindPassesErrno', '5.12.9', '5.14.0'],
    ['compoundDevmap', '5.16.20', '5.17.0'],
    ['tableSlotFilled', '6.1.192', '6.2.1'],
    ['zeroSizeCheck', '6.4.6', '6.6.9'],
    ['partialSectionsByBasePages', '6.13.2', '6.14.0'],
    ['bbmlKeepsBlocks', '6.14.0', '6.17.0'],
  ])('%s: not in %s, in %s', (name, without, first) => {
    expect(answers(name, without, first, '7.3.4')).toEqual([false, true, true]);
  });

  // T: has it, F: has it not, ?: nobody has read that one. From kernel-facts A to I and J.1.
  it.each<[BehaviourName, string]>([
    ['altmapHonoured', '5.7.14 F, 5.8.18 F, 5.9.0 T, 7.3.4 T'],
    ['pmdFallbackDram', '5.9.1 F, 5.10.223 F, 5.11.0 T, 6.1.192 T, 6.2.1 T, 7.3.4 T'],
    ['pmdFallbackAltmap', '5.10.223 F, 5.11.0 T, 6.1.192 T, 6.2.0 F, 7.3.4 F'],
    ['partialSectionsByBasePages', '5.4.1 ?, 5.10.0 F, 5.15.0 F, 6.0.1 F, 6.2.1 F, 6.13.2 F, 6.13.3 ?, 6.14.0 T'],
    ['tableSlotFilled', '6.1.192 F, 6.2.0 T'],
    ['sectionsOf128M', '5.11.14 F, 5.12.0 T'],
    ['zeroSizeCheck', '6.1.192 F, 6.5.0 F, 6.6.0 T'],
    ['mhpRangeChecked', '5.11.14 F, 5.12.0 T'],
    ['linearRangeCheckedInArch', '5.9.1 F, 5.10.0 T, 5.11.14 T, 5.12.0 F'],
    ['compoundDevmap', '5.16.20 F, 5.17.0 T'],
    [
      'daxMemmapShared',
      '5.17.3 F, 5.18.1 ?, 5.19.1 ?, 6.0.1 T, 6.1.0 T, 6.1.50 ?, 6.1.192 F, 6.2.1 T, 6.3.1 ?, 6.4.0 F',
    ],
    ['bindPassesErrno', '5.12.9 F, 5.14.0 T'],
    ['removalTouchesAllPages', '5.7.14 T, 5.17.3 T, 5.18.0 F'],
    ['physmemEndDynamic', '6.11.1 F, 6.12.0 F, 6.12.1 ?, 6.12.116 ?, 6.12.117 T, 6.13.2 F, 6.14.0 T'],
    ['smallRegionAlignIsPage', '5.14.0 F, 5.15.0 T'],
    ['linearMapRandomised', '5.7.14 T, 6.14.0 T, 6.15.1 ?, 6.16.0 F'],
    ['randomisedWithinPaRange', '5.10.223 F, 5.11.0 T'],
    ['kfenceForcesPte', '5.11.14 F, 5.12.0 T, 6.1.0 T, 6.1.50 ?, 6.1.192 F, 6.2.1 T, 6.4.0 F'],
    ['kfencePoolKnownEarly', '5.15.100 F, 6.1.0 F, 6.1.50 ?, 6.1.192 T, 6.2.1 F, 6.4.0 T'],
    ['bbmlKeepsBlocks', '6.16.3 F, 6.17.0 T'],
    ['rodataOnIsFull', '6.14.0 F, 6.16.3 F, 6.17.0 T'],
    ['kmemMemmapOnMemory', '6.6.9 F, 6.7.1 F, 6.8.0 T'],
  ])('%s: %s', (name, expected) => {
    const releases = expected.split(', ').map((one) => one.split(' ')[0] ?? '');
    const signs = answers(name, ...releases).map((answer) => (answer === null ? '?' : answer ? 'T' : 'F'));
    expect(releases.map((release, index) => `${release} ${signs[index]}`).join(', ')).toBe(expected);
  });

  it('takes hot-remove in the config of a release without it for a patched tree', () => {
    const without = targetOf(4096, '5.6.4', { MEMORY_HOTREMOVE: 'n' });
    expect(behaviourOf('archHotremove', without)).toBe(false);
    expect(treeOfTarget(without)).toBe('upstream');
    expect(treeOfTarget(targetOf(4096, '5.6.4'))).toBe('vendor');
    expect(treeOfTarget(targetOf(4096, '5.7.0'))).toBe('upstream');
    expect(answers('archHotremove', '5.6.4', '5.7.14', '7.3.4')).toEqual([null, true, true]);
  });

  it('knows what held only between two releases', () => {
    const releases = ['5.9.1', '5.10.44', '5.11.14', '5.12.9', '6.1.192', '6.2.1'];
    expect(answers('pmdFallbackAltmap', ...releases)).toEqual([false, false, true, true, true, false]);
    expect(answers('linearRangeCheckedInArch', ...releases)).toEqual([false, true, true, false, false, false]);
    expect(answers('removalTouchesAllPages', '5.10.44', '5.17.1', '5.18.0')).toEqual([true, true, false]);
  });

  it('knows stable fixes by what was read, and nothing between', () => {
    expect(answers('partialSectionsByBasePages', '6.1.192', '6.1.200', '6.1.50')).toEqual([true, true, null]);
    expect(answers('partialSectionsByBasePages', '6.12.117', '6.12.30', '6.12.0')).toEqual([true, null, false]);
    expect(answers('partialSectionsByBasePages', '5.10.223', '5.10.240', '5.15.100', '6.6.9', '6.6.100')).toEqual([
      false,
      null,
      false,
      false,
      null,
    ]);
    expect(answers('partialSectionsByBasePages', '6.7.12', '6.9.0', '6.11.5')).toEqual([false, false, false]);
  });

  it('does not take a distribution number for a stable level', () => {
    expect(answers('partialSectionsByBasePages', '6.1.0-50-arm64', '6.12.117+deb12-arm64')).toEqual([null, true]);
    const debian = targetOf(4096, '6.1.0-50-arm64', {}, { upstream: readRelease('6.1.192') });
    expect(behaviourOf('partialSectionsByBasePages', debian)).toBe(true);
  });

  it('takes from a vendor kernel only what its base has for good', () => {
    expect(answers('altmapHonoured', '5.14.0-427.el9.aarch64', '4.18.0-305.el8.aarch64')).toEqual([true, null]);
    expect(answers('pmdFallbackAltmap', '5.14.0-427.el9.aarch64', '6.8.0-45-generic')).toEqual([null, false]);
    expect(answers('partialSectionsByBasePages', '6.12.0-55.el10.aarch64+64k', '6.14.0-15-generic')).toEqual([
      null,
      true,
    ]);
  });

  it('is unsure of release candidates at a border, and of what nobody read', () => {
    expect(answers('partialSectionsByBasePages', '6.14.0-rc3', '6.15.0-rc1')).toEqual([null, true]);
    expect(answers('linearMapRandomised', '6.14.0', '6.15.3', '6.16.1')).toEqual([true, null, false]);
  });

  it('lets known facts win', () => {
    const patched = targetOf(65536, '6.1.192', {}, { known: { altmapHonoured: false } });
    expect(behaviourOf('altmapHonoured', patched)).toBe(false);
  });
});

describe('treeOf', () => {
  it.each([
    ['6.1.192', 'upstream', 192],
    ['6.1.0', 'upstream', 0],
    ['6.13.2-lab', 'upstream', 2],
    ['6.19.0-rc4+', 'upstream', null],
    ['6.1.0-50-arm64', 'distribution', null],
    ['6.12.117+deb12-arm64', 'distribution', 117],
    ['6.12.117+deb12-arm64-16k', 'distribution', 117],
    ['6.8.9-300.fc40.aarch64', 'distribution', 9],
    ['5.14.0-427.13.1.el9_4.aarch64+64k', 'vendor', null],
    ['5.15.0-100-generic-64k', 'vendor', null],
    ['6.4.0-150600.23-default', 'vendor', null],
    ['5.10.0-60.18.0.50.oe2203.aarch64', 'vendor', null],
    ['6.1.0-mine', 'vendor', null],
    ['6.1-mine', 'vendor', null],
    ['6.1+', 'upstream', 0],
    ['6.1.0-rc3-mine', 'upstream', null],
    ['6.1.0-37-cloud-arm64', 'distribution', null],
    ['6.1.0-37-rt-arm64', 'distribution', null],
    ['6.12.117+bpo-arm64-unsigned', 'distribution', 117],
    ['6.1.55-arm64-of-mine', 'upstream', 55],
    ['6.1.55-mine+deb12-arm64', 'upstream', 55],
    ['6.1.55-75.123.amzn2023.aarch64', 'vendor', 55],
    ['5.15.0-207.156.6.el9uek.aarch64', 'vendor', null],
    ['5.4.17-2136.uek', 'vendor', 17],
    ['4.19.90-2003.4.0.0036.oe1.aarch64', 'vendor', 90],
    ['5.10.0-216.oe.aarch64', 'vendor', null],
    ['5.10.134-16.an8.aarch64', 'vendor', 134],
    ['5.4.119-19.tl3.aarch64', 'vendor', 119],
    ['4.19.90-52.ky10.aarch64', 'vendor', 90],
    ['4.19.90-2305.uel20.aarch64', 'vendor', 90],
    ['6.6.30-android15-8', 'vendor', 30],
    ['6.8.12-azure', 'vendor', 12],
    ['5.14.21-150500.55-preempt', 'vendor', 21],
    ['6.4.1-64kb', 'vendor', 1],
    ['6.6.3-raspi', 'vendor', 3],
    ['6.6.3-el', 'upstream', 3],
  ] as const)('%s: %s, stable level %s', (raw, tree, level) => {
    expect(treeOf(readRelease(raw))).toBe(tree);
    expect(stableLevelOf(readRelease(raw))).toBe(level);
  });
});
