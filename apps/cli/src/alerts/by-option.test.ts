import { AltmapError } from '@altmap/protocol';
import { expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { byOption } from './by-option.ts';

const invalid = (path: string): AltmapError =>
  new AltmapError('E_VALIDATION', `${path}: expected x`, { issues: [{ path, message: 'expected x' }] });

it('names the option that gave what is wrong', () => {
  expect(() => byOption(invalid('url'))).toThrow(new InputError('--url: expected x'));
  expect(() => byOption(invalid('secret'))).toThrow(new InputError('--secret-file: expected x'));
});

it('leaves other errors as they are', () => {
  for (const error of [new AltmapError('E_CONFLICT', 'is there already'), new Error('broke')]) {
    expect(() => byOption(error)).toThrow(error);
  }
});
