import { describe, expect, it } from 'vitest';
import { cmdlineOption, numberOf, tristate } from './config.ts';
import type { ConfigValue, KernelConfig } from './types.ts';

function configOf(value: ConfigValue, complete = true): KernelConfig {
  return { complete, get: (symbol) => (symbol === 'X' ? value : { type: 'absent' }) };
}

describe('tristate', () => {
  it.each<[ConfigValue, boolean, string]>([
    [{ type: 'y' }, true, 'y'],
    [{ type: 'm' }, true, 'm'],
    [{ type: 'not-set' }, true, 'n'],
    [{ type: 'absent' }, true, 'n'],
    [{ type: 'not-set' }, false, 'n'],
    [{ type: 'absent' }, false, 'unknown'],
    [{ type: 'y' }, false, 'y'],
    [{ type: 'string', value: 'y' }, true, 'n'],
    [{ type: 'number', value: 1 }, false, 'n'],
  ])('%o in a complete config (%s): %s', (value, complete, expected) => {
    expect(tristate(configOf(value, complete), 'X')).toBe(expected);
  });
});

describe('numberOf', () => {
  it('reads numbers alone', () => {
    expect(numberOf(configOf({ type: 'number', value: 39 }), 'X')).toBe(39);
    expect(numberOf(configOf({ type: 'y' }), 'X')).toBeNull();
    expect(numberOf(configOf({ type: 'number', value: 39 }), 'Y')).toBeNull();
  });
});

describe('cmdlineOption', () => {
  it.each([
    ['quiet rodata=off', 'rodata', 'off'],
    ['rodata=off rodata=full', 'rodata', 'full'],
    ['  rodata=off\n', 'rodata', 'off'],
    ['quiet\tnokaslr', 'nokaslr', ''],
    ['a.b=c=d', 'a.b', 'c=d'],
    ['xrodata=off', 'rodata', null],
    ['', 'rodata', null],
  ])('%j, %s: %j', (cmdline, name, expected) => {
    expect(cmdlineOption(cmdline, name)).toBe(expected);
  });
});
