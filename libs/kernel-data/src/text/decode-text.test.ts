import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';
import { DiagnosticLog } from './diagnostic.ts';

function decode(input: string | readonly number[]): { text: string | null; severities: readonly string[] } {
  const log = new DiagnosticLog('part');
  const text = decodeText(typeof input === 'string' ? input : Uint8Array.from(input), log);
  return { text, severities: log.list().map((d) => d.severity) };
}

const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];

describe('decodeText', () => {
  it('reads UTF-8 with and without byte order mark', () => {
    expect(decode(bytes('CONFIG_X=y\r\n'))).toEqual({ text: 'CONFIG_X=y\r\n', severities: [] });
    expect(decode([0xef, 0xbb, 0xbf, ...bytes('é')])).toEqual({ text: 'é', severities: [] });
    expect(decode('\ufeffx')).toEqual({ text: 'x', severities: [] });
    expect(decode([])).toEqual({ text: '', severities: [] });
  });

  it('keeps a text with stray bytes and says so', () => {
    const text = 'MemTotal: 1 kB\n'.repeat(10);
    expect(decode([...bytes(text), 0, 0xff])).toEqual({ text: `${text}\u0000\ufffd`, severities: ['warning'] });
  });

  it.each([
    ['gzip', [0x1f, 0x8b, 8, 0]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['xz', [0xfd, 0x37, 0x7a, 0x58]],
    ['UTF-16', [0xff, 0xfe, 65, 0]],
    ['binary', [0, 1, 2, 3, 255, 254]],
  ])('refuses %s', (_name, input) => {
    expect(decode(input)).toEqual({ text: null, severities: ['error'] });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (input) => void decodeText(input, new DiagnosticLog('part'))));
  });
});
