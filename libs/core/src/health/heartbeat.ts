/** Workers say here that they live; the API tells when none has been heard of. Implemented by libs/db. */
export interface HeartbeatRepository {
  beat(worker: { id: string; name: string; startedAt: Date; at: Date }): Promise<void>;
  /** A worker that stops in good order takes its row along. */
  remove(id: string): Promise<void>;
  /** Time of the newest beat of any worker; null when there is none. */
  latest(): Promise<Date | null>;
  /** Removes workers that were last heard of before the given time. */
  prune(before: Date): Promise<void>;
  /** A real write and read back, for readiness. Throws when Postgres does not take it. */
  probe(): Promise<void>;
}
