import { expect, it } from 'vitest';
import type { Finding, FindingChanges } from '../findings/finding.ts';
import type { AlertRule } from './alert.ts';
import { planNotifications } from './plan-notifications.ts';

const at = new Date('2026-11-21T09:00:00.000Z');
const none: FindingChanges = { opened: [], seen: [], resolved: [] };

const finding = (id: string, severity: Finding['severity'], episode = 1): Finding => ({
  id,
  hostId: 'h',
  key: id,
  code: 'C',
  severity,
  subject: 's',
  summary: 's',
  facts: {},
  episode,
  firstSeenAt: at,
  lastSeenAt: at,
  resolvedAt: null,
  reportId: 'r',
});
const rule = (minSeverity: AlertRule['minSeverity'], receiverId = 'ops'): AlertRule => ({
  id: `${minSeverity} ${receiverId}`,
  name: 'rule',
  receiverId,
  minSeverity,
});

function planned(rules: AlertRule[], changes: Partial<FindingChanges>): string[] {
  return planNotifications(rules, { ...none, ...changes }, at).map(
    ({ findingId, event, receiverId }) => `${findingId} ${event} ${receiverId}`,
  );
}

it.each([
  ['info', ['i', 'w', 'c']],
  ['warning', ['w', 'c']],
  ['critical', ['c']],
] as const)('tells a receiver of findings of at least its rule’s severity: %s', (minSeverity, expected) => {
  const opened = [finding('i', 'info'), finding('w', 'warning'), finding('c', 'critical')];
  expect(planned([rule(minSeverity)], { opened })).toEqual(expected.map((id) => `${id} opened ops`));
});

it('tells of what opened and what was resolved, not of what is still there', () => {
  const changes = { opened: [finding('a', 'info')], seen: [finding('b', 'info')], resolved: [finding('c', 'info')] };
  expect(planned([rule('info')], changes)).toEqual(['a opened ops', 'c resolved ops']);
});

it('tells each receiver once, however many rules match', () => {
  const rules = [rule('info'), rule('warning'), rule('info', 'dev')];
  expect(planned(rules, { opened: [finding('a', 'critical')] })).toEqual(['a opened ops', 'a opened dev']);
});

it('names the episode and the time, and gives each message an id of its own', () => {
  const opened = [finding('a', 'info', 3), finding('b', 'info')];
  const notifications = planNotifications([rule('info')], { ...none, opened }, at);
  expect(notifications).toMatchObject([
    { findingId: 'a', episode: 3, createdAt: at },
    { findingId: 'b', episode: 1, createdAt: at },
  ]);
  expect(new Set(notifications.map((one) => one.id)).size).toBe(2);
});

it('plans nothing without rules', () => {
  expect(planned([], { opened: [finding('a', 'critical')] })).toEqual([]);
});
