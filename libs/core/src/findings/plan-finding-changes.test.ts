import type { FindingFact } from '@altmap/policy';
import { expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { planFindingChanges, withoutWaived } from './plan-finding-changes.ts';

const before = new Date('2026-11-20T09:00:00.000Z');
const at = new Date('2026-11-21T09:00:00.000Z');
const context = { hostId: 'h', reportId: 'r2', at, waivedBy: () => null };

const fact: FindingFact = {
  key: 'refused namespace0.0',
  code: 'ALTMAP_REFUSED',
  severity: 'critical',
  subject: 'namespace0.0',
  summary: 'would not come up',
  facts: { align: 2_097_152 },
};
const open: Finding = {
  ...fact,
  id: 'f1',
  hostId: 'h',
  episode: 1,
  firstSeenAt: before,
  lastSeenAt: before,
  resolvedAt: null,
  waiverId: null,
  reportId: 'r1',
};
const resolved: Finding = { ...open, resolvedAt: before };

it('opens what is new', () => {
  expect(planFindingChanges([], [fact], context)).toEqual({
    opened: [
      { ...open, id: expect.stringMatching(/^[0-9a-f-]{36}$/), firstSeenAt: at, lastSeenAt: at, reportId: 'r2' },
    ],
    seen: [],
    resolved: [],
  });
});

it('keeps what is still there, with what the newest report says of it', () => {
  const worse = { ...fact, severity: 'warning', summary: 'something else', facts: { align: 1 } } as const;
  expect(planFindingChanges([open], [worse], context)).toEqual({
    opened: [],
    seen: [{ ...open, ...worse, lastSeenAt: at, reportId: 'r2' }],
    resolved: [],
  });
});

it('resolves what is gone, and leaves what was resolved before', () => {
  const other = { ...resolved, id: 'f2', key: 'other' };
  expect(planFindingChanges([open, other], [], context)).toEqual({
    opened: [],
    seen: [],
    resolved: [{ ...open, resolvedAt: at }],
  });
});

it('opens a new episode of what comes back, under the same id', () => {
  expect(planFindingChanges([resolved], [fact], context)).toEqual({
    opened: [{ ...open, episode: 2, firstSeenAt: at, lastSeenAt: at, reportId: 'r2' }],
    seen: [],
    resolved: [],
  });
});

it('takes a key once, however often it comes', () => {
  const changes = planFindingChanges([], [fact, { ...fact, summary: 'again' }], context);
  expect(changes.opened.map((finding) => finding.summary)).toEqual(['again']);
});

it('sorts each of many into its place', () => {
  const stored = [open, { ...open, id: 'f2', key: 'gone' }, { ...resolved, id: 'f3', key: 'back' }];
  const current = [fact, { ...fact, key: 'back' }, { ...fact, key: 'new' }];
  const { opened, seen, resolved: ended } = planFindingChanges(stored, current, context);
  expect([opened, seen, ended].map((list) => list.map((finding) => finding.key))).toEqual([
    ['back', 'new'],
    ['refused namespace0.0'],
    ['gone'],
  ]);
});

it('waives what a waiver covers, and leaves the waiver of what it covered before', () => {
  const waivedBy = (code: string): string | null => (code === fact.code ? 'w2' : null);
  const other = { ...fact, key: 'other', code: 'OTHER' };
  const { opened } = planFindingChanges([], [fact, other], { ...context, waivedBy });
  expect(opened.map(({ waiverId }) => waiverId)).toEqual(['w2', null]);
  const { seen } = planFindingChanges([{ ...open, waiverId: 'w1' }], [fact], { ...context, waivedBy });
  expect(seen.map(({ waiverId }) => waiverId)).toEqual(['w1']);
});

it('tells rules that what is waived is over', () => {
  const waived = { ...open, id: 'f2', waiverId: 'w1' };
  const gone = { ...open, id: 'f3', resolvedAt: at };
  expect(withoutWaived({ opened: [open, waived], seen: [waived], resolved: [gone] })).toEqual({
    opened: [open],
    seen: [],
    resolved: [gone, waived, waived],
  });
});
