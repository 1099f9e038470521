import { type AuditEvent, newId } from '@altmap/core';

/** What a test writes beside a change. */
export function event(said: Partial<AuditEvent> = {}): AuditEvent {
  const at = new Date('2026-11-20T08:00:00.000Z');
  return { id: newId(), at, actor: 'test', action: 'test.change', object: 'test', details: {}, ...said };
}
