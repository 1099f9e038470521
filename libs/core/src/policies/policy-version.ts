import type { AuditEvent } from '../audit/audit-event.ts';

/** A policy that was applied. */
export interface PolicyVersion {
  /** From 1; the highest is in force. */
  readonly version: number;
  /** YAML, as it was given. */
  readonly text: string;
  /** As the audit trail names whoever applied it. */
  readonly appliedBy: string;
  readonly appliedAt: Date;
}

/** Implemented by libs/db. */
export interface PolicyRepository {
  /** null while none was applied: then the built-in policy is in force. */
  active(): Promise<PolicyVersion | null>;
  /** Newest first. */
  list(limit: number): Promise<readonly PolicyVersion[]>;
  /** Stores the next version, which is in force from then on. */
  apply(policy: Omit<PolicyVersion, 'version'>, eventOf: (version: number) => AuditEvent): Promise<PolicyVersion>;
}
