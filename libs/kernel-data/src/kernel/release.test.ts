import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareReleases, parseRelease, type Release } from './release.ts';

function read(raw: string): Release {
  const { release } = parseRelease(raw);
  if (release === null) throw new Error(`${raw} is a release`);
  return release;
}

describe('parseRelease', () => {
  it.each([
    ['6.12.117', 6, 12, 117, null, ''],
    ['6.17', 6, 17, null, null, ''],
    ['7.2.0-rc6', 7, 2, 0, 6, ''],
    ['6.13-rc1+', 6, 13, null, 1, '+'],
    ['6.12.117+deb12-arm64-16k', 6, 12, 117, null, '+deb12-arm64-16k'],
    ['6.1.0-50-arm64', 6, 1, 0, null, '-50-arm64'],
    ['5.14.0-362.24.1.el9_3.aarch64+64k', 5, 14, 0, null, '-362.24.1.el9_3.aarch64+64k'],
    ['4.18.0-240.el8.aarch64', 4, 18, 0, null, '-240.el8.aarch64'],
    ['5.4.0-26-generic', 5, 4, 0, null, '-26-generic'],
    ['6.6.135.mshv2', 6, 6, 135, null, '.mshv2'],
    ['5.8.7-1-aarch64-ARCH', 5, 8, 7, null, '-1-aarch64-ARCH'],
    ['7.2.0-0.rc6.45.fc44.aarch64', 7, 2, 0, 6, '.45.fc44.aarch64'],
    ['6.13~rc6-arm64', 6, 13, null, 6, '-arm64'],
    ['6.1.0-rcu-test', 6, 1, 0, null, '-rcu-test'],
    ['6.12.5+', 6, 12, 5, null, '+'],
  ])('%s', (raw, major, minor, patch, rc, suffix) => {
    expect(parseRelease(`${raw}\n`)).toEqual({ release: { raw, major, minor, patch, rc, suffix }, diagnostics: [] });
  });

  it.each(['', '6', 'v6.1', 'linux', '6.x.1', '6.1.0 -50', '6.1\u0000'])('refuses %j', (raw) => {
    const { release, diagnostics } = parseRelease(raw);
    expect(release).toBeNull();
    expect(diagnostics).toMatchObject([{ source: 'release', line: 1, severity: 'error' }]);
  });

  it('gives back what was put in', () => {
    const part = fc.nat({ max: 9999 });
    fc.assert(
      fc.property(part, part, fc.option(part), fc.option(fc.nat({ max: 99 })), (major, minor, patch, rc) => {
        const raw = `${major}.${minor}${patch === null ? '' : `.${patch}`}${rc === null ? '' : `-rc${rc}`}-64k`;
        expect(parseRelease(raw).release).toEqual({ raw, major, minor, patch, rc, suffix: '-64k' });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseRelease(text)));
  });
});

describe('compareReleases', () => {
  it('orders as upstream releases follow one another', () => {
    const order = [
      '4.18.0-240.el8',
      '5.9',
      '5.9.1',
      '5.10-rc1',
      '5.10-rc2',
      '5.10',
      '5.10.1',
      '6.1.192',
      '6.2',
      '6.12',
      '7.1',
    ];
    const releases = order.map(read);
    expect(releases.toSorted(compareReleases).map((r) => r.raw)).toEqual(order);
    expect(
      releases
        .toReversed()
        .sort(compareReleases)
        .map((r) => r.raw),
    ).toEqual(order);
    expect(compareReleases(read('6.1'), read('6.1.0-50-arm64'))).toBe(0);
  });
});
