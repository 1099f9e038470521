import { expect, test } from 'vitest';
import { exampleReport } from '../check/example-report.ts';
import { rangePicture } from './range-picture.ts';

const result = exampleReport().hosts[0]?.assessment.verdicts[0]?.result;
if (result === undefined) throw new Error('the example has a verdict');

test('shows each piece, however small, the borders of sections, and sizes', () => {
  const [bar, ruler, legend] = rangePicture(result, 100).split('\n');
  expect(bar).toMatch(/^ {2}0x80000000 \|im+r=+\| 0xc0000000$/);
  expect(ruler).toMatch(/\| \^ section borders, 128 MiB$/);
  expect(ruler?.match(/\^(?=.*\|)/g)).toHaveLength(8);
  expect(legend).toBe('  i info block 8 KiB   m memmap 16 MiB   r reserved, unused 2040 KiB   = data 1006 MiB');
  expect(bar?.length).toBeLessThanOrEqual(100);
});

test('leaves the ruler out where it would be all ticks', () => {
  const data = { kind: 'data' as const, start: 0, size: 2 ** 44 };
  expect(rangePicture({ ...result, layout: [data] }, 80)).not.toContain('section borders');
});

test('a piece does not overflow the line when there is no room', () => {
  const bar = rangePicture(result, 10).split('\n')[0];
  expect(bar).toBe('  0x80000000 |imr=| 0xc0000000');
});

test('nothing where the result has no layout', () => {
  expect(rangePicture({ ...result, layout: [] }, 80)).toBe('');
});
