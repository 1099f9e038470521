import { expect, it } from 'vitest';
import { groupOf, labelsOf, matches } from './labels-of.ts';

const labels = labelsOf(
  { code: 'ALTMAP_REFUSED', severity: 'critical', subject: 'namespace0.0' },
  { name: 'db-7', labels: { rack: 'r7', host: 'liar', severity: 'info' } },
);

it('gives the labels of the host, and its own, which a host cannot replace', () => {
  expect(labels).toEqual({
    rack: 'r7',
    code: 'ALTMAP_REFUSED',
    severity: 'critical',
    subject: 'namespace0.0',
    host: 'db-7',
  });
});

it.each([
  ['rack', '=', 'r7', true],
  ['rack', '=', 'r', false],
  ['rack', '!=', 'r7', false],
  ['rack', '=~', 'r[0-9]', true],
  ['rack', '=~', 'r', false],
  ['rack', '=~', 'x|r7', true],
  ['rack', '!~', 'r.*', false],
  ['team', '=', '', true],
  ['team', '!=', 'storage', true],
  ['team', '=~', '.+', false],
  ['constructor', '=', '', true],
] as const)('%s%s%j is %s', (name, op, value, expected) => {
  expect(matches([{ name, op, value }], labels)).toBe(expected);
});

it('all matchers must match', () => {
  const yes = { name: 'rack', op: '=', value: 'r7' } as const;
  const no = { name: 'rack', op: '!=', value: 'r7' } as const;
  expect([matches([], labels), matches([yes, yes], labels), matches([yes, no], labels)]).toEqual([true, true, false]);
});

it('groups by the values of labels, whatever their order; a label that is not there is a value too', () => {
  expect(groupOf(['rack', 'team'], labels)).toEqual({ ...groupOf(['team', 'rack', 'rack'], labels) });
  expect(groupOf(['rack', 'team'], labels).labels).toEqual({ rack: 'r7', team: '' });
  expect(groupOf(['rack'], labels).key).not.toBe(groupOf(['host'], labels).key);
  expect(groupOf(['rack'], labels).key).not.toBe(groupOf(['rack'], { ...labels, rack: 'r8' }).key);
  expect(groupOf([], labels).key).toBe(groupOf([], {}).key);
});
