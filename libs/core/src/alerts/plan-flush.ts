import type { ReceiverKind } from '@altmap/protocol';
import type { GroupedAlert, Silence } from './alert.ts';
import type { FlushPlan, GroupToFlush } from './alert-repository.ts';
import { matches } from './labels-of.ts';

/** The storm guard counts the new groups of so long. Milliseconds. */
export const STORM_WINDOW_MS = 10 * 60_000;

/**
 * Most alerts of one message. Programs get everything, message by message; people get a list that can be read, and how many
 * more there are.
 */
const MOST: Readonly<Record<ReceiverKind, { told: number; listed: number }>> = {
  webhook: { told: 500, listed: 500 },
  alertmanager: { told: 500, listed: 500 },
  slack: { told: Number.POSITIVE_INFINITY, listed: 20 },
  email: { told: Number.POSITIVE_INFINITY, listed: 50 },
  pagerduty: { told: Number.POSITIVE_INFINITY, listed: 20 },
};

const RANK = { critical: 0, warning: 1, info: 2 } as const;

const plus = (at: Date, ms: number): number => at.getTime() + ms;
const earliest = (times: readonly number[]): Date | null =>
  times.length === 0 ? null : new Date(times.reduce((one, other) => Math.min(one, other)));

/** Until when nothing is said of an alert; null where nothing mutes it. A host that is gone mutes what was found on it. */
function mutedUntil(alert: GroupedAlert, silences: readonly Silence[], now: Date, hostGoneMs: number): Date | null {
  const ends = silences
    .filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt)
    .filter(({ matchers }) => matches(matchers, alert.labels))
    .map(({ endsAt }) => endsAt.getTime());
  // Nobody knows when a host comes back: it is looked at again now and then.
  if (plus(alert.hostSeenAt, hostGoneMs) < now.getTime()) ends.push(plus(now, hostGoneMs));
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}

/** The most urgent first; of equals, what has waited longest. */
function byUrgency(one: GroupedAlert, other: GroupedAlert): number {
  return (
    Number(other.firing) - Number(one.firing) ||
    RANK[one.severity] - RANK[other.severity] ||
    one.changedAt.getTime() - other.changedAt.getTime() ||
    (one.findingId < other.findingId ? -1 : 1)
  );
}

/**
 * What a group has to say now. Pure. Something is new when what fires differs from what the receiver was told; muted alerts
 * keep their difference until they are muted no more, so that a resolve is never lost.
 */
export function planFlush(group: GroupToFlush, now: Date, hostGoneMs: number): FlushPlan {
  const { rule, silences, recentGroups, receiver } = group;
  const { notifiedAt, givenUp, isStorm } = group.group;
  const muting = group.alerts.map((alert) => ({ alert, until: mutedUntil(alert, silences, now, hostGoneMs) }));
  const audible = muting.filter(({ until }) => until === null).map(({ alert }) => alert);
  const differing = audible.filter(({ firing, told }) => firing !== told);
  const fresh = differing.filter(({ changedAt }) => givenUp === null || changedAt > givenUp.writtenAt);
  const standing = audible.filter(({ firing, told }) => firing && told);

  const repeatFrom = [
    ...(standing.length > 0 && notifiedAt !== null ? [notifiedAt] : []),
    ...(differing.length > fresh.length && givenUp !== null ? [givenUp.at] : []),
  ];
  const repeatAt = earliest(repeatFrom.map((at) => plus(at, rule.repeatIntervalMs)));
  // What was there when the last message was made, and not in it, had no room or was muted: it has waited enough.
  const newsAt = earliest(
    fresh.map(({ changedAt }) => {
      if (notifiedAt === null) return plus(changedAt, rule.groupWaitMs);
      if (changedAt < notifiedAt) return notifiedAt.getTime();
      return Math.max(plus(changedAt, rule.groupWaitMs), plus(notifiedAt, rule.groupIntervalMs));
    }),
  );
  const isRepeat = repeatAt !== null && repeatAt <= now;
  if (!isRepeat && (newsAt === null || newsAt > now)) {
    const held = muting.filter(({ alert, until }) => until !== null && alert.firing !== alert.told);
    const times = [newsAt, repeatAt, ...held.map(({ until }) => until)].filter((time) => time !== null);
    return { do: 'wait', at: earliest(times.map((time) => time.getTime())) };
  }
  if (notifiedAt === null && !isStorm && recentGroups > rule.stormGroups) return { do: 'merge' };
  const { told, listed } = MOST[receiver.target.kind];
  const tell = [...differing, ...(isRepeat ? standing : [])].sort(byUrgency).slice(0, told);
  return { do: 'notify', tell, list: tell.slice(0, listed).map(({ findingId }) => findingId) };
}
