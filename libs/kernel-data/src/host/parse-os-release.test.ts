import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseOsRelease } from './parse-os-release.ts';

describe('parseOsRelease', () => {
  it('reads quoted and bare values', () => {
    const { osRelease, diagnostics } = parseOsRelease(
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n# comment\n\nID=debian\nVERSION_ID="12"\nX=\'a $b\'\nY="a \\"b\\" \\$c"\n',
    );
    expect(diagnostics).toEqual([]);
    expect(osRelease).toMatchObject({ id: 'debian', versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' });
    expect(osRelease?.fields.get('X')).toBe('a $b');
    expect(osRelease?.fields.get('Y')).toBe('a "b" $c');
  });

  it('takes "linux" where no ID is given, and nothing from no text', () => {
    expect(parseOsRelease('NAME=Arch\n').osRelease).toMatchObject({ id: 'linux', versionId: null });
    expect(parseOsRelease('').osRelease).toBeNull();
  });

  it.each(['ID', 'ID="open', 'ID=a b', '1ID=x', 'ID="a"b'])('refuses %s', (line) => {
    const { osRelease, diagnostics } = parseOsRelease(`NAME=x\n${line}\n`);
    expect(osRelease?.id).toBe('linux');
    expect(diagnostics).toMatchObject([{ line: 2, severity: 'error', expected: 'KEY="value"' }]);
  });

  it('reads back any quoted value', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]*$/), (value) => {
        const quoted = `"${value.replace(/["$`\\]/g, '\\$&')}"`;
        expect(parseOsRelease(`NAME=${quoted}`).osRelease?.fields.get('NAME')).toBe(value);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseOsRelease(`A=${text}`)));
  });
});
