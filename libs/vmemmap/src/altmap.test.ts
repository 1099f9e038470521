import { describe, expect, it } from 'vitest';
import { Altmap } from './altmap.ts';

describe('Altmap', () => {
  it('hands out single pages one after the other, from the first after the reserve', () => {
    const altmap = new Altmap(1000, 2, 3);
    expect([altmap.request(1), altmap.request(1), altmap.request(1), altmap.request(1)]).toEqual([
      1002,
      1003,
      1004,
      null,
    ]);
    expect(altmap.allocated).toBe(3);
    expect(altmap.alignLoss).toBe(0);
  });

  it('aligns a request to its own size and never gives the padding back', () => {
    const altmap = new Altmap(0, 2, 4606);
    expect(altmap.request(512)).toBe(512);
    expect(altmap.alignLoss).toBe(510);
    expect(altmap.request(512)).toBe(1024);
    expect(altmap.alignLoss).toBe(510);
    expect(altmap.request(1)).toBe(1536);
    expect(altmap.request(512)).toBe(2048);
    expect(altmap.alignLoss).toBe(510 + 511);
  });

  it('refuses a block that does not fit with its padding, and changes nothing then', () => {
    const altmap = new Altmap(0, 2, 1021);
    expect(altmap.request(512)).toBeNull();
    expect([altmap.allocated, altmap.alignLoss]).toEqual([0, 0]);
    expect(new Altmap(0, 2, 1022).request(512)).toBe(512);
  });

  it('keeps counting what was handed out when pages are given back, and does not hand them out again', () => {
    const altmap = new Altmap(0, 0, 10);
    altmap.request(1);
    altmap.request(1);
    altmap.giveBack(2);
    expect(altmap.outstanding).toBe(0);
    expect(altmap.allocated).toBe(2);
    expect(altmap.request(1)).toBe(0);
  });

  it('serves many requests at once with the same numbers', () => {
    for (const pages of [1, 512]) {
      const one = new Altmap(7, 2, 5000);
      const many = new Altmap(7, 2, 5000);
      const pfns: (number | null)[] = [];
      for (let count = 0; count < 12; count += 1) pfns.push(one.request(pages));
      const got = many.requestMany(12, pages);
      expect(got.served).toBe(pfns.filter((pfn) => pfn !== null).length);
      expect(got.pfn).toBe(pfns[0]);
      expect([many.allocated, many.alignLoss, many.outstanding]).toEqual([
        one.allocated,
        one.alignLoss,
        one.outstanding,
      ]);
    }
  });

  it('knows where data begins', () => {
    expect(new Altmap(100, 2, 8).dataPfn).toBe(110);
  });
});
