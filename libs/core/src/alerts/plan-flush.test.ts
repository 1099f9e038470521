import type { ReceiverTarget } from '@altmap/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertGroup, AlertRule, GroupedAlert, Silence } from './alert.ts';
import type { FlushPlan, GroupToFlush } from './alert-repository.ts';
import { planFlush } from './plan-flush.ts';

const T0 = Date.parse('2026-11-24T09:00:00Z');
const after = (seconds: number): Date => new Date(T0 + seconds * 1_000);
const GONE_MS = 3_600_000;

const RULE: AlertRule = {
  id: 'rule',
  name: 'rule',
  receiverId: 'r',
  minSeverity: 'info',
  matchers: [],
  groupBy: ['host'],
  groupWaitMs: 10_000,
  groupIntervalMs: 60_000,
  repeatIntervalMs: 600_000,
  stormGroups: 5,
};
const EMAIL: ReceiverTarget = {
  kind: 'email',
  url: 'smtp://mail.test',
  from: 'a@example.org',
  to: ['b@example.org'],
  user: null,
  password: null,
};
const WEBHOOK: ReceiverTarget = { kind: 'webhook', url: 'http://hook.test', secrets: ['whsec_'] };

const alert = (findingId: string, said: Partial<GroupedAlert> = {}): GroupedAlert => ({
  findingId,
  severity: 'warning',
  labels: { host: 'db-7' },
  firing: true,
  told: false,
  changedAt: after(0),
  hostSeenAt: after(0),
  ...said,
});

interface Said extends Partial<AlertGroup> {
  readonly alerts: readonly GroupedAlert[];
  readonly silences?: readonly Silence[];
  readonly recentGroups?: number;
  readonly target?: ReceiverTarget;
}

function planned(said: Said, now: Date): FlushPlan {
  const { alerts, silences = [], recentGroups = 1, target = EMAIL, ...group } = said;
  const state: GroupToFlush = {
    group: { id: 'g', labels: {}, isStorm: false, notifiedAt: null, givenUp: null, ...group },
    rule: RULE,
    receiver: { id: 'r', target },
    alerts,
    silences,
    recentGroups,
  };
  return planFlush(state, now, GONE_MS);
}
const toldBy = (plan: FlushPlan): string[] | FlushPlan =>
  plan.do === 'notify' ? plan.tell.map(({ findingId }) => findingId) : plan;
const wait = (at: Date | null): FlushPlan => ({ do: 'wait', at });

describe('when', () => {
  it('a new group waits for more, counted from its first alert', () => {
    const alerts = [alert('a'), alert('b', { changedAt: after(5) })];
    expect(planned({ alerts }, after(7))).toEqual(wait(after(10)));
    expect(toldBy(planned({ alerts }, after(10)))).toEqual(['a', 'b']);
  });

  it('a group that was told of something waits for its interval, and not for longer', () => {
    const alerts = [alert('a', { told: true }), alert('b', { changedAt: after(20) })];
    expect(planned({ alerts, notifiedAt: after(15) }, after(30))).toEqual(wait(after(75)));
    expect(toldBy(planned({ alerts, notifiedAt: after(15) }, after(75)))).toEqual(['b']);
    const late = [alert('b', { changedAt: after(500) })];
    expect(planned({ alerts: late, notifiedAt: after(15) }, after(501))).toEqual(wait(after(510)));
  });

  it('what still fires is told again after the repeat interval, all of it', () => {
    const alerts = [alert('a', { told: true }), alert('b', { told: true })];
    expect(planned({ alerts, notifiedAt: after(10) }, after(300))).toEqual(wait(after(610)));
    expect(toldBy(planned({ alerts, notifiedAt: after(10) }, after(610)))).toEqual(['a', 'b']);
  });

  it('a resolve is told once, and only of what was told', () => {
    const ended = alert('a', { firing: false, told: true, changedAt: after(100) });
    const unheard = alert('b', { firing: false, changedAt: after(100) });
    expect(toldBy(planned({ alerts: [ended, unheard], notifiedAt: after(10) }, after(110)))).toEqual(['a']);
    expect(planned({ alerts: [{ ...ended, told: false }], notifiedAt: after(110) }, after(999))).toEqual(wait(null));
  });

  it('what a program had no room for in one message follows at once', () => {
    const alerts = Array.from({ length: 1_200 }, (_, n) => alert(`${n}`));
    const first = planned({ alerts, target: WEBHOOK }, after(10));
    expect(first.do === 'notify' ? [first.tell.length, first.list.length] : first).toEqual([500, 500]);
    const left = alerts.map((one, n) => ({ ...one, told: n < 500 }));
    expect(planned({ alerts: left, target: WEBHOOK, notifiedAt: after(10) }, after(10))).toMatchObject({
      do: 'notify',
    });
  });

  it('people get one message, with a list that can be read and the most urgent first', () => {
    const alerts = Array.from({ length: 1_200 }, (_, n) => alert(`${n}`, n === 700 ? { severity: 'critical' } : {}));
    const plan = planned({ alerts }, after(10));
    expect(plan.do === 'notify' ? [plan.tell.length, plan.list.length, plan.list[0]] : plan).toEqual([
      1_200,
      50,
      '700',
    ]);
  });
});

describe('the storm guard', () => {
  it('makes one group of new groups beyond a number; those that told something stay', () => {
    const alerts = [alert('a')];
    expect(planned({ alerts, recentGroups: 5 }, after(10)).do).toBe('notify');
    expect(planned({ alerts, recentGroups: 6 }, after(10)).do).toBe('merge');
    expect(planned({ alerts, recentGroups: 6 }, after(5))).toEqual(wait(after(10)));
    expect(planned({ alerts, recentGroups: 6, isStorm: true }, after(10)).do).toBe('notify');
    expect(planned({ alerts, recentGroups: 6, notifiedAt: after(-100) }, after(10)).do).toBe('notify');
  });
});

describe('what mutes', () => {
  const silence: Silence = {
    id: 's',
    matchers: [{ name: 'host', op: '=', value: 'db-7' }],
    startsAt: after(0),
    endsAt: after(200),
    creator: 'me',
    comment: 'new DIMMs',
  };
  const other = alert('b', { labels: { host: 'db-8' } });

  it('a silence holds back what matches while it lasts, a resolve too, and no longer', () => {
    const alerts = [alert('a'), other];
    expect(toldBy(planned({ alerts, silences: [silence] }, after(10)))).toEqual(['b']);
    const ended = alert('a', { firing: false, told: true });
    expect(planned({ alerts: [ended], silences: [silence] }, after(10))).toEqual(wait(after(200)));
    expect(toldBy(planned({ alerts: [ended], silences: [silence] }, after(200)))).toEqual(['a']);
    expect(toldBy(planned({ alerts, silences: [{ ...silence, startsAt: after(100) }] }, after(10)))).toEqual([
      'a',
      'b',
    ]);
  });

  it('a host that is gone mutes its findings until it is heard of', () => {
    const gone = alert('a', { hostSeenAt: new Date(T0 - GONE_MS) });
    expect(toldBy(planned({ alerts: [gone, other] }, after(10)))).toEqual(['b']);
    expect(planned({ alerts: [gone] }, after(10))).toEqual(wait(after(10 + GONE_MS / 1_000)));
  });
});

describe('a message that was given up', () => {
  const givenUp = { writtenAt: after(10), at: after(1_000) };

  it('waits for the repeat interval, or for something new, and then tells all', () => {
    const alerts = [alert('a')];
    expect(planned({ alerts, givenUp }, after(1_100))).toEqual(wait(after(1_600)));
    expect(toldBy(planned({ alerts, givenUp }, after(1_600)))).toEqual(['a']);
    const more = [...alerts, alert('b', { changedAt: after(1_050) })];
    expect(toldBy(planned({ alerts: more, givenUp }, after(1_100)))).toEqual(['a', 'b']);
  });
});

describe('whatever happens', () => {
  const step = fc.record({
    seconds: fc.integer({ min: 0, max: 90 }),
    finding: fc.integer({ min: 0, max: 5 }),
    firing: fc.boolean(),
    taken: fc.boolean(),
  });

  /** A receiver and a group over time: each step changes a finding, then the group is looked at until it rests. */
  it('the receiver ends with what fires, hears nothing twice in a row, and never too often', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const alerts = new Map<string, GroupedAlert>();
        const believes = new Map<string, boolean>();
        const written: number[] = [];
        let notifiedAt: Date | null = null;
        let now = after(0);
        const look = (taken: boolean): FlushPlan => {
          const plan = planned({ alerts: [...alerts.values()], notifiedAt }, now);
          if (plan.do !== 'notify' || !taken) return plan;
          const isRepeat = notifiedAt !== null && now.getTime() - notifiedAt.getTime() >= RULE.repeatIntervalMs;
          for (const { findingId, firing } of plan.tell) {
            if (!isRepeat) expect(believes.get(findingId) ?? false).toBe(!firing);
            believes.set(findingId, firing);
            alerts.set(findingId, { ...(alerts.get(findingId) ?? alert(findingId)), told: firing });
          }
          written.push(now.getTime());
          notifiedAt = now;
          return plan;
        };
        for (const { seconds, finding, firing, taken } of steps) {
          now = new Date(now.getTime() + seconds * 1_000);
          const id = String(finding);
          const before = alerts.get(id) ?? alert(id, { firing: false });
          if (before.firing !== firing) alerts.set(id, { ...before, firing, changedAt: now, hostSeenAt: now });
          look(taken);
        }
        for (let guard = 0; guard < 10; guard += 1) {
          const plan = look(true);
          if (plan.do === 'wait' && plan.at === null) break;
          if (plan.do === 'wait' && plan.at !== null) {
            expect(plan.at.getTime()).toBeGreaterThan(now.getTime());
            now = plan.at;
          }
        }
        for (const [id, { firing }] of alerts) expect(believes.get(id) ?? false).toBe(firing);
        written.slice(1).forEach((at, i) => {
          expect(at - (written[i] ?? 0)).toBeGreaterThanOrEqual(RULE.groupIntervalMs);
        });
      }),
    );
  });
});
