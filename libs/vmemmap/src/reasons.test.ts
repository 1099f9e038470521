import { describe, expect, it } from 'vitest';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { isReasonCode, REASONS, renderBytes, renderReason, renderWarning } from './reasons.ts';

describe('REASONS', () => {
  it('explains every code in full', () => {
    for (const [code, reason] of Object.entries(REASONS)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      for (const text of Object.values(reason)) expect(text.length, code).toBeGreaterThan(3);
      expect(reason.sentence, code).toMatch(/[.;]$/);
    }
  });

  it('fills the numbers in', () => {
    const result = judge(targetOf(4096, '6.12.117'), SMALL_RAM, requestOf(130 * MIB, { align: 4096 }));
    expect(renderReason(result)).toBe(
      'The device reserves 1022 pages for the memmap; 512 were used and 510 lost to alignment when the next request failed.',
    );
    expect(renderWarning({ code: 'START_MISALIGNED', facts: { start: 0x1100000, required: 2 * MIB } })).toBe(
      'The namespace starts at 0x1100000, not a multiple of 2 MiB.',
    );
  });

  it('does not hide a fact that is not there', () => {
    expect(renderWarning({ code: 'BUSY', facts: {} })).toContain('?');
    expect(renderWarning({ code: 'NO_SUCH_CODE', facts: {} })).toBe('NO_SUCH_CODE');
    expect(isReasonCode('toString')).toBe(false);
  });

  it('writes sizes in the largest whole unit', () => {
    expect([0, 1, 65536, 1152 * MIB, GIB, 3 * 1024 * GIB, 1536].map(renderBytes)).toEqual([
      '0 bytes',
      '1 bytes',
      '64 KiB',
      '1152 MiB',
      '1 GiB',
      '3 TiB',
      '1536 bytes',
    ]);
  });
});
