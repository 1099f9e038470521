import { LIMITS } from '@altmap/protocol';

/** How much, how long and how slowly somebody may send. Milliseconds and bytes. */
export interface HttpLimits {
  /** Line and headers of a request. */
  readonly headBytes: number;
  /** A JSON body; blobs have limits of their own. */
  readonly jsonBytes: number;
  /** Until the head is there. */
  readonly headMs: number;
  /** Until the whole request is there: 4 MiB at 35 kB a second. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly idleMs: number;
  /** How often slow senders are looked for. */
  readonly inspectMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headBytes: 16 * 1024,
  jsonBytes: LIMITS.manifestBytes,
  headMs: 15_000,
  requestMs: 120_000,
  idleMs: 65_000,
  inspectMs: 5_000,
};
