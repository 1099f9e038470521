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
   * it has), its earlier agent tokens revoked, a new agent token, and the event.
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
}
