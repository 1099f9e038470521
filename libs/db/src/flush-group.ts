import {
  type AlertRepository,
  alertItemOf,
  type Flushed,
  type GroupToFlush,
  labelsOf,
  newId,
  STORM_WINDOW_MS,
} from '@altmap/core';
import { type AlertItem, ReceiverTarget } from '@altmap/protocol';
import { sql, type Transaction } from 'kysely';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { jsonb } from './jsonb.ts';
import { RULE_COLUMNS, silencesOf, toRule } from './postgres-alert-settings.ts';
import type { DB } from './schema.generated.ts';
import { toLabels } from './to-labels.ts';

/** The rule's one summary group; all other keys are digests. */
const STORM_KEY = 'storm';

type Flush = AlertRepository['flush'] extends (...said: infer P) => unknown ? P : never;
interface FlushInput {
  readonly groupId: Flush[0];
  readonly now: Flush[1];
  readonly decide: Flush[2];
  readonly compose: Flush[3];
}

/** See AlertRepository.flush(). */
export async function flushGroup(
  trx: Transaction<DB>,
  { groupId, now, decide, compose }: FlushInput,
): Promise<Flushed | null> {
  const locked = await trx
    .selectFrom('alert_group')
    .select(['rule_id as ruleId', 'key', 'labels', 'sequence', 'notified_at as notifiedAt'])
    .where('id', '=', groupId)
    // Not a stronger lock: checks go on adding alerts to the group meanwhile.
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (locked === undefined) return null;
  const last = await trx
    .selectFrom('notification')
    .select(['state', 'created_at as writtenAt', 'settled_at as at'])
    .where('group_id', '=', groupId)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.state === 'pending') return null;
  await trx
    .deleteFrom('alert')
    .where('group_id', '=', groupId)
    .where('firing', '=', false)
    .where('told', '=', false)
    .execute();

  const { ruleId, key, labels, sequence, notifiedAt } = locked;
  const givenUp = last?.state === 'dead' && last.at !== null ? { writtenAt: last.writtenAt, at: last.at } : null;
  const rule = toRule(
    await trx.selectFrom('alert_rule').select(RULE_COLUMNS).where('id', '=', ruleId).executeTakeFirstOrThrow(),
  );
  const receiver = await trx
    .selectFrom('receiver')
    .select(['id', 'target'])
    .where('id', '=', rule.receiverId)
    .executeTakeFirstOrThrow();
  const { recentGroups } = await trx
    .selectFrom('alert_group')
    .select(({ fn }) => fn.countAll<number>().as('recentGroups'))
    .where('rule_id', '=', ruleId)
    .where('created_at', '>', new Date(now.getTime() - STORM_WINDOW_MS))
    .executeTakeFirstOrThrow();
  const group: GroupToFlush = {
    group: { id: groupId, labels: toLabels(labels), isStorm: key === STORM_KEY, notifiedAt, givenUp },
    rule,
    receiver: { id: receiver.id, target: ReceiverTarget.parse(receiver.target) },
    alerts: await alertsOf(trx, groupId),
    silences: await silencesOf(trx, now),
    recentGroups,
  };

  const plan = decide(group);
  if (plan.do === 'wait') {
    await look(trx, groupId, now, plan.at);
    if (plan.at !== null) await hold(trx, groupId, group.alerts);
    return { notificationId: null, next: plan.at === null ? null : { groupId, at: plan.at } };
  }
  await look(trx, groupId, now, null);
  if (plan.do === 'merge') {
    const stormId = await stormGroup(trx, ruleId, now);
    await trx.updateTable('alert').set({ group_id: stormId }).where('group_id', '=', groupId).execute();
    return { notificationId: null, next: { groupId: stormId, at: new Date(now.getTime() + rule.groupWaitMs) } };
  }
  const items = await itemsOf(trx, plan.list, new Map(plan.tell.map(({ findingId, firing }) => [findingId, firing])));
  const content = { ...compose(group, plan.tell, items), sequence: sequence + 1 };
  const notificationId = newId();
  await trx
    .insertInto('notification')
    .values({
      id: notificationId,
      group_id: groupId,
      receiver_id: receiver.id,
      sequence: content.sequence,
      content: jsonb(content),
      finding_ids: plan.tell.map(({ findingId }) => findingId),
      firing: plan.tell.map(({ firing }) => firing),
      state: 'pending',
      created_at: now,
    })
    .execute();
  await trx.updateTable('alert_group').set({ sequence: content.sequence }).where('id', '=', groupId).execute();
  return { notificationId, next: null };
}

async function look(trx: Transaction<DB>, groupId: string, now: Date, until: Date | null): Promise<void> {
  await trx.updateTable('alert_group').set({ looked_at: now, held_until: until }).where('id', '=', groupId).execute();
}

/** What the look has seen waits with the group; what is committed meanwhile does not. */
async function hold(trx: Transaction<DB>, groupId: string, seen: GroupToFlush['alerts']): Promise<void> {
  const differing = seen.filter(({ firing, told }) => firing !== told).map(({ findingId }) => findingId);
  if (differing.length === 0) return;
  await trx
    .updateTable('alert')
    .set({ held: true })
    .where('group_id', '=', groupId)
    .where(sql<boolean>`finding_id = any(${differing}::uuid[])`)
    .where('held', '=', false)
    .execute();
}

async function alertsOf(trx: Transaction<DB>, groupId: string): Promise<GroupToFlush['alerts']> {
  const rows = await trx
    .selectFrom('alert')
    .innerJoin('finding', 'finding.id', 'alert.finding_id')
    .innerJoin('host', 'host.id', 'finding.host_id')
    .select(['alert.finding_id as findingId', 'alert.firing', 'alert.told', 'alert.changed_at as changedAt'])
    .select(['finding.code', 'finding.severity', 'finding.subject', 'host.name', 'host.labels'])
    .select('host.last_seen_at as hostSeenAt')
    .where('alert.group_id', '=', groupId)
    .execute();
  return rows.map(({ code, subject, name, labels, ...alert }) => ({
    ...alert,
    labels: labelsOf({ code, subject, severity: alert.severity }, { name, labels: toLabels(labels) }),
  }));
}

async function stormGroup(trx: Transaction<DB>, ruleId: string, now: Date): Promise<string> {
  await trx
    .insertInto('alert_group')
    .values({ id: newId(), rule_id: ruleId, key: STORM_KEY, labels: jsonb({}), created_at: now })
    .onConflict((conflict) => conflict.columns(['rule_id', 'key']).doNothing())
    .execute();
  const { id } = await trx
    .selectFrom('alert_group')
    .select('id')
    .where('rule_id', '=', ruleId)
    .where('key', '=', STORM_KEY)
    .executeTakeFirstOrThrow();
  return id;
}

/** In the order of the ids. */
async function itemsOf(
  trx: Transaction<DB>,
  ids: readonly string[],
  firing: ReadonlyMap<string, boolean>,
): Promise<AlertItem[]> {
  const rows = await trx
    .selectFrom('finding')
    .innerJoin('host', 'host.id', 'finding.host_id')
    .select(FINDING_COLUMNS)
    .select(['host.name', 'host.labels'])
    .where(sql<boolean>`finding.id = any(${[...ids]}::uuid[])`)
    .execute();
  const byId = new Map(
    rows.map(({ name, labels, ...row }) => {
      const host = { id: row.hostId, name, labels: toLabels(labels) };
      return [row.id, alertItemOf(firing.get(row.id) ?? false, toFinding(row), host)];
    }),
  );
  return ids.flatMap((id) => byId.get(id) ?? []);
}
