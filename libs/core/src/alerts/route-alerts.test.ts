import { expect, it } from 'vitest';
import type { Finding, FindingChanges } from '../findings/finding.ts';
import type { AlertRule } from './alert.ts';
import { routeAlerts } from './route-alerts.ts';

const host = { name: 'db-7', labels: { rack: 'r7' } };
const none: FindingChanges = { opened: [], seen: [], resolved: [] };
const finding = (id: string, severity: Finding['severity']): Finding =>
  ({ id, severity, code: 'C', subject: 's' }) as Finding;
const rule = (said: Partial<AlertRule> = {}): AlertRule => ({
  id: 'rule',
  name: 'rule',
  receiverId: 'ops',
  minSeverity: 'info',
  matchers: [],
  groupBy: ['host'],
  groupWaitMs: 0,
  groupIntervalMs: 0,
  repeatIntervalMs: 1,
  stormGroups: 1,
  ...said,
});
const routed = (rules: AlertRule[], changes: Partial<FindingChanges>): string[] =>
  routeAlerts(rules, host, { ...none, ...changes }).firing.map(({ ruleId, findingId }) => `${ruleId} ${findingId}`);

it.each([
  ['info', ['i', 'w', 'c']],
  ['warning', ['w', 'c']],
  ['critical', ['c']],
] as const)('a rule from %s on', (minSeverity, expected) => {
  const opened = [finding('i', 'info'), finding('w', 'warning'), finding('c', 'critical')];
  expect(routed([rule({ minSeverity })], { opened })).toEqual(expected.map((id) => `rule ${id}`));
});

it('a rule whose matchers do not match hears nothing', () => {
  const matchers = [{ name: 'rack', op: '=', value: 'r8' }] as const;
  expect(routed([rule({ matchers })], { opened: [finding('a', 'critical')] })).toEqual([]);
});

it('every rule that matches gets the alert, in its own group', () => {
  const rules = [rule(), rule({ id: 'other', groupBy: ['code'] })];
  const { firing } = routeAlerts(rules, host, { ...none, opened: [finding('a', 'info')] });
  expect(firing.map(({ ruleId, group }) => [ruleId, group.labels])).toEqual([
    ['rule', { host: 'db-7' }],
    ['other', { code: 'C' }],
  ]);
});

it('what is still there is routed too; what is gone ends everywhere', () => {
  const changes = { ...none, seen: [finding('a', 'info')], resolved: [finding('b', 'info')] };
  expect(routed([rule()], changes)).toEqual(['rule a']);
  expect(routeAlerts([], host, changes).resolved).toEqual(['b']);
});
