import { parseConfig } from '@altmap/kernel-data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffConfigs } from './diff-configs.ts';

const config = (text: string) => parseConfig(text).config;
const absent = { state: 'absent', value: null };
const notSet = { state: 'not-set', value: null };
const set = (value: string) => ({ state: 'set', value });

describe('diffConfigs', () => {
  it('tells set, not set and absent apart, by name', () => {
    const before = config('CONFIG_B=y\nCONFIG_C=m\n# CONFIG_D is not set\nCONFIG_E=y\n# CONFIG_F is not set\n');
    const after = config('CONFIG_A="x y"\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_D=0x10\n# CONFIG_E is not set\n');
    expect(diffConfigs(before, after)).toEqual([
      { symbol: 'A', before: absent, after: set('"x y"') },
      { symbol: 'C', before: set('m'), after: set('y') },
      { symbol: 'D', before: notSet, after: set('0x10') },
      { symbol: 'E', before: set('y'), after: notSet },
      { symbol: 'F', before: notSet, after: absent },
    ]);
  });

  it('takes CONFIG_X=n for what it means', () => {
    expect(diffConfigs(config('CONFIG_X=n\n'), config('# CONFIG_X is not set\n'))).toEqual([]);
  });

  it('finds nothing between equal configs, and the mirror image the other way round', () => {
    const line = fc
      .tuple(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.constantFrom('=y', '=m', '="s"', '=7', ' is not set'))
      .map(([name, value]) => (value.startsWith('=') ? `CONFIG_${name}${value}` : `# CONFIG_${name}${value}`));
    const text = fc.array(line, { maxLength: 8 }).map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [config(one), config(other)];
        expect(diffConfigs(a, config(one))).toEqual([]);
        const mirrored = diffConfigs(b, a).map(({ symbol, before, after }) => ({
          symbol,
          before: after,
          after: before,
        }));
        expect(diffConfigs(a, b)).toEqual(mirrored);
      }),
    );
  });
});
