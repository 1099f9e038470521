import type { AuditEvent, AuditFilter, AuditReader, Page, PageRequest } from '@altmap/core';
import { sql } from 'kysely';
import { z } from 'zod';
import { decodeCursor, encodeCursor, TimeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { pageOf } from './page-of.ts';
import { storableText } from './storable-text.ts';

const Details = z.record(z.string(), z.unknown());

export class PostgresAuditReader implements AuditReader {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async events({ actor, action, object }: AuditFilter, { first, after }: PageRequest): Promise<Page<AuditEvent>> {
    let query = this.#db.selectFrom('audit_event').select(['id', 'at', 'actor', 'action', 'object', 'details']);
    if (after !== null) {
      const last = decodeCursor(after, TimeCursor);
      query = query.where(sql<boolean>`(at, id) < (${last.at}::timestamptz, ${last.id}::uuid)`);
    }
    if (actor !== undefined) query = query.where('actor', '=', storableText(actor));
    if (action !== undefined) query = query.where('action', '=', storableText(action));
    if (object !== undefined) query = query.where('object', '=', storableText(object));
    const rows = await query
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(first + 1)
      .execute();
    return pageOf(rows, first, (row) => ({
      cursor: encodeCursor({ at: row.at.toISOString(), id: row.id }),
      node: { ...row, details: Details.parse(row.details) },
    }));
  }
}
