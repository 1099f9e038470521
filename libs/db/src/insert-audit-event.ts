import type { AuditEvent } from '@altmap/core';
import type { Transaction } from 'kysely';
import { jsonb } from './jsonb.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';

/** Writes what was changed, in the transaction that changes it. */
export async function insertAuditEvent(trx: Transaction<DB>, event: AuditEvent): Promise<void> {
  const { id, at, actor, action, object, details } = event;
  await trx
    .insertInto('audit_event')
    .values({ id, at, actor: storableText(actor), action, object: storableText(object), details: jsonb(details) })
    .execute();
}
