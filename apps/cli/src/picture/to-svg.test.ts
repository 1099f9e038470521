import { expect, test } from 'vitest';
import { exampleReport } from '../check/example-report.ts';
import { toSvg } from './to-svg.ts';

const result = exampleReport().hosts[0]?.assessment.verdicts[0]?.result;
if (result === undefined) throw new Error('the example has a verdict');

test('one bar a range: the pieces fill it, and section borders are marked', () => {
  const svg = toSvg([{ title: 'a <b>', result }]);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('a &lt;b&gt;');
  const bars = [...svg.matchAll(/<rect x="(\d+)" y="30" width="(\d+)"/g)].map(([, x, width]) => [
    Number(x),
    Number(width),
  ]);
  expect(bars).toHaveLength(4);
  let end = 0;
  for (const [x, width] of bars) {
    expect(x).toBe(end);
    end += width ?? 0;
  }
  expect(end).toBe(960);
  expect(svg.match(/<line /g)).toHaveLength(8);
});

test('ranges without a layout are left out', () => {
  expect(toSvg([{ title: 'none', result: { ...result, layout: [] } }])).not.toContain('none');
});
