import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVersion } from './parse-version.ts';

const GCC = '(gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40)';

describe('parseVersion', () => {
  it('tells the stable release that Debian hides in uname -r', () => {
    const { version, diagnostics } = parseVersion(
      `Linux version 6.1.0-50-arm64 (debian-kernel@lists.debian.org) ${GCC} #1 SMP Debian 6.1.176-1 (2026-07-02)\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(version).toMatchObject({
      release: { raw: '6.1.0-50-arm64', patch: 0 },
      builder: 'debian-kernel@lists.debian.org',
      compiler: 'gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40',
      build: '#1 SMP Debian 6.1.176-1 (2026-07-02)',
      upstream: { release: { raw: '6.1.176', patch: 176 }, source: 'version: "Debian 6.1.176-1"' },
    });
  });

  it.each([
    ['6.12.117+deb12-arm64-16k', '#1 SMP Debian 6.12.117-1~deb12u1 (2026-11-14)', '6.12.117'],
    ['6.1.192', '#1 SMP 2026-11-22', '6.1.192'],
    ['7.2.0-rc6', '#1 SMP PREEMPT_DYNAMIC', '7.2.0-rc6'],
    ['5.14.0-362.24.1.el9_3.aarch64+64k', '#1 SMP PREEMPT_DYNAMIC Wed Feb 15 2026', null],
    ['6.8.0-45-generic-64k', '#45-Ubuntu SMP PREEMPT_DYNAMIC', null],
    ['6.1.0+', '#2 SMP', null],
  ])('%s %s is made of %s', (release, build, upstream) => {
    const { version } = parseVersion(`Linux version ${release} (a@b) ${GCC} ${build}`);
    expect(version?.upstream?.release.raw ?? null).toBe(upstream);
    expect(version?.build).toBe(build);
  });

  it('reports a package of another release and proves nothing from it', () => {
    const { version, diagnostics } = parseVersion(`Linux version 6.1.0-50-arm64 (a@b) ${GCC} #1 SMP Debian 6.12.3-1`);
    expect(version?.upstream).toBeNull();
    expect(diagnostics).toMatchObject([{ severity: 'error', expected: 'the same X.Y' }]);
  });

  it.each(['', 'FreeBSD 14', 'Linux version', 'Linux version x (a@b)'])('refuses %j', (text) => {
    expect(parseVersion(text).version).toBeNull();
    expect(parseVersion(text).diagnostics).toMatchObject([{ source: 'version', severity: 'error' }]);
  });

  it('never throws', () => {
    const text = fc
      .array(fc.constantFrom('Linux version ', '6.1', '.0', ' (', ')', '#1', ' Debian ', '-1'))
      .map((p) => p.join(''));
    fc.assert(fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (input) => void parseVersion(input)));
  });
});
