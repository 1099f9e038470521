import type { AuditEvent } from '../audit/audit-event.ts';

export interface Host {
  readonly id: string;
  /** SHA-256 (hex) of the machine-id. */
  readonly machine: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Implemented by libs/db. */
export interface HostRepository {
  /**
   * In one transaction: the host of this machine (created; or found, given the new name, and the new labels beside those that
   * it has), its earlier agent tokens revoked, a new agent token, and the event. A removed host is there again.
   */
  enrol(host: {
    id: string;
    machine: string;
    name: string;
    labels: Readonly<Record<string, string>>;
    token: { id: string; sha256: Uint8Array };
    at: Date;
    /** Given the id of the host that was made or found. */
    eventOf: (hostId: string) => AuditEvent;
  }): Promise<{ hostId: string }>;
  /** Ids of the hosts with this id or exactly this name, at most a few; none that was removed. */
  idsOf(idOrName: string): Promise<readonly string[]>;
  /**
   * Gives a host the labels that `change` makes of those it has; what `change` throws is thrown, and nothing is changed. Null
   * where there is no such host.
   */
  changeLabels(
    hostId: string,
    change: (labels: Host['labels']) => Host['labels'],
    eventOf: (labels: Host['labels']) => AuditEvent,
  ): Promise<Host['labels'] | null>;
  /**
   * In one transaction: the host is removed, its tokens are revoked, its open findings resolved. False where there is no such
   * host, or it was removed before.
   */
  remove(hostId: string, at: Date, event: AuditEvent): Promise<boolean>;
}
