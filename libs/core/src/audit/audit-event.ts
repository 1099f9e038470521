import { type Clock, newId } from '../clock.ts';
import type { Page, PageRequest } from '../fleet/fleet-reader.ts';

/** Who changed what, and when. Written in the transaction of the change itself: neither is there without the other. */
export interface AuditEvent {
  readonly id: string;
  readonly at: Date;
  /** `token ID` of whoever asked over HTTP, `command line (USER)`, or `server`. */
  readonly actor: string;
  /** What was done: `token.revoke`, `host.label`, ... */
  readonly action: string;
  /** What it was done to: `token ID`, `host ID`, ... */
  readonly object: string;
  /** What else is worth knowing. Never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly object?: string;
}

/** Implemented by libs/db. */
export interface AuditReader {
  /** Newest first. @throws AltmapError E_BAD_CURSOR */
  events(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;
}

export function auditEvent(said: Omit<AuditEvent, 'id' | 'at'>, clock: Clock): AuditEvent {
  return { id: newId(), at: clock.now(), ...said };
}
