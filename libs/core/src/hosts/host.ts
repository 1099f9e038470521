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
   * In one transaction: the host of this machine (created, or found and given the new name and labels), its earlier agent
   * tokens revoked, and a new agent token.
   */
  enrol(host: {
    id: string;
    machine: string;
    name: string;
    labels: Readonly<Record<string, string>>;
    token: { id: string; sha256: Uint8Array };
    at: Date;
  }): Promise<{ hostId: string }>;
}
