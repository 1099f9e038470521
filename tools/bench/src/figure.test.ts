import { describe, expect, it } from 'vitest';
import { type Figure, figuresTable, isMet, round, spreadOf } from './figure.ts';

const figure: Figure = {
  suite: 'engine',
  what: 'one thing against another',
  ratio: { median: 1.5, low: 1.25, high: 2 },
  goal: { is: 'at most', ratio: 1.5 },
  note: '3 ms against 2 ms',
};

describe('spreadOf', () => {
  it('takes the middle of an odd number of rounds, and the mean of the two middle ones of an even number', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
    expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, low: 1, high: 10 });
    expect(spreadOf([5])).toEqual({ median: 5, low: 5, high: 5 });
  });
});

describe('isMet', () => {
  it('holds the median against the goal', () => {
    expect(isMet(figure)).toBe(true);
    expect(isMet({ ...figure, ratio: { median: 1.51, low: 1, high: 2 } })).toBe(false);
    expect(isMet({ ...figure, goal: { is: 'at least', ratio: 1.6 } })).toBe(false);
    expect(isMet({ ...figure, goal: { is: 'at least', ratio: 1.5 } })).toBe(true);
  });

  it('says nothing without a goal or without a figure', () => {
    expect(isMet({ ...figure, goal: null })).toBeNull();
    expect(isMet({ ...figure, ratio: null })).toBeNull();
  });
});

it('rounds to three digits that count', () => {
  expect([0.012345, 1.2345, 12.345, 123.45, 12345, Number.NaN].map(round)).toEqual([
    '0.0123',
    '1.23',
    '12.3',
    '123',
    '12300',
    '-',
  ]);
});

it('prints what is measured, its noise, its goal and whether that is met', () => {
  const missed = { ...figure, ratio: { median: 1.6, low: 1, high: 2 } };
  const skipped = { ...figure, ratio: null, note: 'not measured: no Redis' };
  const lines = figuresTable([figure, missed, skipped]).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[1]).toMatch(/1\.5x +1\.25 to 2 +at most 1\.5x +met +3 ms against 2 ms$/);
  expect(lines[2]).toMatch(/1\.6x +1 to 2 +at most 1\.5x +NOT MET/);
  expect(lines[3]).toMatch(/another +- +- +at most 1\.5x +- +not measured: no Redis$/);
});
