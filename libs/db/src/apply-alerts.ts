import { type AlertChanges, newId } from '@altmap/core';
import { sql, type Transaction } from 'kysely';
import { jsonb } from './jsonb.ts';
import type { DB } from './schema.generated.ts';

/** See CheckTransaction.applyAlerts(). */
export async function applyAlerts(
  trx: Transaction<DB>,
  { firing, resolved }: AlertChanges,
  at: Date,
): Promise<readonly { groupId: string; groupWaitMs: number }[]> {
  const changed = [...(await fire(trx, firing, at)), ...(await resolve(trx, resolved, at))];
  if (changed.length === 0) return [];
  return trx
    .selectFrom('alert_group')
    .innerJoin('alert_rule', 'alert_rule.id', 'alert_group.rule_id')
    .select(['alert_group.id as groupId', 'alert_rule.group_wait_ms as groupWaitMs'])
    .where(sql<boolean>`alert_group.id = any(${[...new Set(changed)]}::uuid[])`)
    .orderBy('alert_group.id')
    .execute();
}

/** Ids of the groups in which an alert began to fire. */
async function fire(trx: Transaction<DB>, firing: AlertChanges['firing'], at: Date): Promise<string[]> {
  if (firing.length === 0) return [];
  // In one order everywhere, so that two transactions that make the same groups do not wait for each other in a circle.
  const groups = [...new Map(firing.map((one) => [`${one.ruleId} ${one.group.key}`, one])).entries()].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const ruleIds = groups.map(([, { ruleId }]) => ruleId);
  const keys = groups.map(([, { group }]) => group.key);
  const known = await groupIds(trx, ruleIds, keys);
  const unknown = groups.filter(([name]) => !known.has(name));
  if (unknown.length > 0) {
    await trx
      .insertInto('alert_group')
      .values(
        unknown.map(([, { ruleId, group }]) => ({
          id: newId(),
          rule_id: ruleId,
          key: group.key,
          labels: jsonb(group.labels),
          created_at: at,
        })),
      )
      .onConflict((conflict) => conflict.columns(['rule_id', 'key']).doNothing())
      .execute();
  }
  const ids = unknown.length > 0 ? await groupIds(trx, ruleIds, keys) : known;
  const { rows } = await sql<{ groupId: string }>`
    insert into alert (rule_id, finding_id, group_id, firing, told, changed_at)
    select rule_id, finding_id, group_id, true, false, ${at}::timestamptz
    from unnest(
      ${firing.map(({ ruleId }) => ruleId)}::uuid[],
      ${firing.map(({ findingId }) => findingId)}::uuid[],
      ${firing.map(({ ruleId, group }) => ids.get(`${ruleId} ${group.key}`))}::uuid[]
    ) as given (rule_id, finding_id, group_id)
    on conflict (rule_id, finding_id) do update set firing = true, held = false, changed_at = excluded.changed_at
    where not alert.firing
    returning group_id as "groupId"
  `.execute(trx);
  return rows.map(({ groupId }) => groupId);
}

async function resolve(trx: Transaction<DB>, resolved: AlertChanges['resolved'], at: Date): Promise<string[]> {
  if (resolved.length === 0) return [];
  const rows = await trx
    .updateTable('alert')
    .set({ firing: false, held: false, changed_at: at })
    .where(sql<boolean>`finding_id = any(${[...resolved]}::uuid[])`)
    .where('firing', '=', true)
    .returning('group_id as groupId')
    .execute();
  return rows.map(({ groupId }) => groupId);
}

/** Group ids by rule and key. */
async function groupIds(trx: Transaction<DB>, ruleIds: string[], keys: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; id: string }>`
    select g.rule_id || ' ' || g.key as name, g.id
    from unnest(${ruleIds}::uuid[], ${keys}::text[]) as given (rule_id, key)
    join alert_group g on g.rule_id = given.rule_id and g.key = given.key
  `.execute(trx);
  return new Map(rows.map(({ name, id }) => [name, id]));
}
