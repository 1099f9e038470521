import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigValue } from './config-value.ts';
import { parseConfig } from './parse-config.ts';

const get = (text: string, symbol: string): ConfigValue => parseConfig(text).config.get(symbol);

/** Remarks about lines, as [line, severity]. */
const remarks = (text: string): [number | null, string][] =>
  parseConfig(text)
    .diagnostics.filter((d) => d.line !== null)
    .map((d) => [d.line, d.severity]);

describe('parseConfig', () => {
  it('tells the six answers apart', () => {
    const text = [
      'CONFIG_YES=y',
      'CONFIG_MODULE=m',
      '# CONFIG_OFF is not set',
      'CONFIG_COUNT=256',
      'CONFIG_TEXT="gcc (Debian \\"12\\") C:\\\\"',
      '',
    ].join('\n');
    expect(get(text, 'YES')).toEqual({ type: 'y' });
    expect(get(text, 'MODULE')).toEqual({ type: 'm' });
    expect(get(text, 'OFF')).toEqual({ type: 'not-set' });
    expect(get(text, 'COUNT')).toEqual({ type: 'number', value: 256 });
    expect(get(text, 'TEXT')).toEqual({ type: 'string', value: 'gcc (Debian "12") C:\\' });
    expect(get(text, 'NOWHERE')).toEqual({ type: 'absent' });
    expect(get(text, 'YE')).toEqual({ type: 'absent' });
  });

  it('reads numbers exactly or not at all', () => {
    const text =
      'CONFIG_A=0x1F\nCONFIG_B=-1\nCONFIG_C=0xdead000000000000\nCONFIG_D=9007199254740991\nCONFIG_E=9007199254740992\n';
    expect(get(text, 'A')).toEqual({ type: 'number', value: 31 });
    expect(parseConfig(text).config.raw('A')).toBe('0x1F');
    expect(get(text, 'B')).toEqual({ type: 'number', value: -1 });
    expect(get(text, 'C')).toEqual({ type: 'string', value: '0xdead000000000000' });
    expect(get(text, 'D')).toEqual({ type: 'number', value: 9007199254740991 });
    expect(get(text, 'E')).toEqual({ type: 'string', value: '9007199254740992' });
  });

  it.each([
    ['CONFIG_X=n', 'not-set', null],
    ['CONFIG_X=""', 'string', null],
    ['CONFIG_X="a=b"', 'string', null],
    ['CONFIG_X="# no comment"', 'string', null],
    ['# CONFIG_X is not set # revisit this if it is slow', 'not-set', 'warning'],
    ['# CONFIG_X is not set ', 'not-set', null],
    ['# CONFIG_X="certs/key.pem"', 'absent', 'info'],
    ['# CONFIG_X=y', 'absent', 'info'],
    ['#CONFIG_X=y', 'absent', 'info'],
    ['#CONFIG_X is not set', 'absent', 'info'],
    ['# CONFIG_X cannot set', 'absent', null],
    ['# CONFIG_X was set to y', 'absent', null],
    ['  CONFIG_X=y', 'y', 'warning'],
    ['CONFIG_X =y', 'y', 'warning'],
    ['CONFIG_X = "a"', 'string', 'warning'],
    ['CONFIG_X=y ', 'y', 'warning'],
    ['CONFIG_X=y # why', 'y', 'warning'],
    ['CONFIG_X=255 # most', 'number', 'warning'],
    ['CONFIG_X="open', 'string', 'warning'],
    ['CONFIG_X="open\\"', 'string', 'warning'],
    ['CONFIG_X=', 'string', 'warning'],
    ['CONFIG_X=maybe', 'string', 'warning'],
    ['CONFIG_X', 'absent', 'error'],
    ['CONFIG_X is not set', 'absent', 'error'],
    ['config_X=y', 'absent', 'error'],
    ['CONFIGXX=y', 'absent', 'error'],
    ['<html>', 'absent', 'error'],
  ])('%s', (line, type, severity) => {
    const text = `CONFIG_FIRST=y\n${line}\nCONFIG_LAST=m\n`;
    expect(get(text, 'X').type).toBe(type);
    expect(remarks(text)).toEqual(severity === null ? [] : [[2, severity]]);
    expect(get(text, 'FIRST').type).toBe('y');
    expect(get(text, 'LAST').type).toBe('m');
  });

  it('takes the last of two lines, as Kconfig does, and says so', () => {
    const text = 'CONFIG_X=y\nCONFIG_Y=1\n# CONFIG_X is not set\n';
    expect(get(text, 'X')).toEqual({ type: 'not-set' });
    expect(remarks(text)).toEqual([[3, 'warning']]);
    expect([...parseConfig(text).config.symbols()].map(([symbol]) => symbol)).toEqual(['Y', 'X']);
  });

  it('reads CR LF, a byte order mark and a last line without newline', () => {
    const text =
      '\ufeffCONFIG_A=y\r\n# CONFIG_B is not set\r\nCONFIG_C="x"\r\nCONFIG_D=0x10\r\n\r\n# end\r\nCONFIG_E=m';
    const values = ['A', 'B', 'C', 'D', 'E'].map((symbol) => get(text, symbol));
    expect(values.map((value) => value.type)).toEqual(['y', 'not-set', 'string', 'number', 'm']);
    expect(get(text, 'C')).toEqual({ type: 'string', value: 'x' });
    expect(remarks(text)).toEqual([]);
    expect(parseConfig(text).diagnostics[0]?.message).toBe('lines end with CR LF');
  });

  it('reads the header and the page size', () => {
    const head = '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.12.0-rc3 Kernel Configuration\n#\n';
    const { config } = parseConfig(`${head}CONFIG_ARM64_16K_PAGES=y\n# CONFIG_ARM64_4K_PAGES is not set\n`);
    expect(config.release).toMatchObject({ major: 6, minor: 12, patch: 0, rc: 3 });
    expect(config.architecture).toBe('arm64');
    expect(config.pageSize).toBe(16384);
    expect(config.complete).toBe(false);
    expect(parseConfig('CONFIG_PAGE_SIZE_64KB=y\n').config.pageSize).toBe(65536);
    expect(parseConfig('').config.pageSize).toBeNull();
    expect(parseConfig('').config.release).toBeNull();
  });

  it('refuses two page sizes', () => {
    const { config, diagnostics } = parseConfig('CONFIG_ARM64_4K_PAGES=y\nCONFIG_ARM64_64K_PAGES=y\n');
    expect(config.pageSize).toBeNull();
    expect(diagnostics.filter((d) => d.severity === 'error').map((d) => d.expected)).toEqual(['one page size']);
  });

  it('keeps a hundred remarks about binary junk and counts the rest', () => {
    const { config, diagnostics } = parseConfig('\u0000\u0001junk\n'.repeat(5000));
    expect(diagnostics.length).toBe(101);
    expect(diagnostics.at(-1)?.message).toContain('more remarks');
    expect(config.get('X')).toEqual({ type: 'absent' });
  });

  it('finds symbols whose names were chosen to collide', () => {
    const names = Array.from(
      { length: 5000 },
      (_, i) => `AAAA${'0'.repeat(6)}${String(i).padStart(5, '0')}BBBBBBBBBBBBBBBBBBBBBBB`,
    );
    const { config } = parseConfig(names.map((name, i) => `CONFIG_${name}=${i}\n`).join(''));
    for (const [i, name] of names.entries()) expect(config.get(name)).toEqual({ type: 'number', value: i });
    expect(config.get('AAAA')).toEqual({ type: 'absent' });
    expect([...config.symbols()].length).toBe(5000);
  });

  const symbolName = fc.stringMatching(/^[A-Z0-9][A-Za-z0-9_]{0,20}$/);
  const value = fc.oneof(
    fc.constantFrom<ConfigValue>({ type: 'y' }, { type: 'm' }, { type: 'not-set' }),
    fc.maxSafeInteger().map((n): ConfigValue => ({ type: 'number', value: n === 0 ? 0 : n })),
    fc.string({ unit: 'grapheme' }).map((s): ConfigValue => ({ type: 'string', value: s.replace(/[\r\n]/g, '') })),
  );

  it('reads back any config that it can be given', () => {
    fc.assert(
      fc.property(fc.dictionary(symbolName, value, { noNullPrototype: true }), fc.boolean(), (symbols, crlf) => {
        const entries = Object.entries(symbols);
        const text = entries.map(([symbol, v]) => `${render(symbol, v)}${crlf ? '\r\n' : '\n'}`).join('');
        const { config } = parseConfig(text);
        expect([...config.symbols()]).toEqual(entries);
        for (const [symbol, v] of entries) expect(config.get(symbol)).toEqual(v);
      }),
    );
  });

  it('names the line of every bad line', () => {
    const good = fc.constantFrom('CONFIG_A=y', '# CONFIG_B is not set', '', '# comment', 'CONFIG_C="x"');
    const bad = fc.constantFrom('CONFIG_', 'y', '\u0000', 'CONFIG-A=y', 'grep: no such file');
    const line = fc.oneof(
      good.map((text) => ({ text, bad: false })),
      bad.map((text) => ({ text, bad: true })),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
        const found = parseConfig(lines.map((l) => l.text).join('\n')).diagnostics.filter(
          (d) => d.severity === 'error',
        );
        expect(found.map((d) => d.line)).toEqual(lines.flatMap((l, i) => (l.bad ? [i + 1] : [])));
      }),
    );
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'CONFIG_',
      '# CONFIG_',
      ' is not set',
      '=',
      '"',
      '\\',
      '\n',
      '\r',
      'y',
      '0x',
      ' ',
      '#',
      'A',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const { config, diagnostics } = parseConfig(input);
        for (const [symbol] of config.symbols()) config.get(symbol);
        expect(diagnostics.length).toBeLessThanOrEqual(101);
        expect(config.completeness).not.toBe('');
      }),
    );
  });
});

function render(symbol: string, value: ConfigValue): string {
  if (value.type === 'not-set') return `# CONFIG_${symbol} is not set`;
  if (value.type === 'string') return `CONFIG_${symbol}="${value.value.replace(/[\\"]/g, '\\$&')}"`;
  return `CONFIG_${symbol}=${value.type === 'number' ? value.value : value.type}`;
}
