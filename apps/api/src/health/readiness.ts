import type { Logger } from '@altmap/platform';
import { z } from 'zod';
import type { ApiPorts } from '../api-ports.ts';

export const ReadinessAnswer = z
  .object({
    status: z
      .enum(['ready', 'degraded', 'unavailable'])
      .describe('degraded: reports are taken, but nobody checks them'),
    postgres: z.string().describe('"ok" after a real write'),
    queue: z.string().describe('"ok" after a real write'),
    migrations: z.string().describe('"ok" when none is pending'),
    worker: z.string().describe('"ok", "never heard of" or "silent for N s"'),
  })
  .meta({ id: 'ReadinessAnswer' });
export type ReadinessAnswer = z.infer<typeof ReadinessAnswer>;

const PROBE_MS = 3_000;
/** Probes write: however often somebody asks, they run once in this time. */
const KEEP_MS = 1_000;

/** Can this process take reports, and does anybody check them? */
export class Readiness {
  readonly #ports: ApiPorts;
  readonly #silentAfterMs: number;
  readonly #logger: Logger;
  #last: { at: number; answer: Promise<ReadinessAnswer> } | null = null;

  constructor(ports: ApiPorts, silentAfterSeconds: number, logger: Logger) {
    this.#ports = ports;
    this.#silentAfterMs = silentAfterSeconds * 1_000;
    this.#logger = logger;
  }

  check(): Promise<ReadinessAnswer> {
    const at = this.#ports.clock.now().getTime();
    if (this.#last === null || at - this.#last.at >= KEEP_MS) this.#last = { at, answer: this.#check() };
    return this.#last.answer;
  }

  async #check(): Promise<ReadinessAnswer> {
    const { heartbeats, queue, pendingMigrations } = this.#ports;
    const [postgres, queued, migrations, worker] = await Promise.all([
      this.#probe('postgres', async () => (await heartbeats.probe(), 'ok')),
      this.#probe('queue', async () => (await queue.probe(), 'ok')),
      this.#probe('migrations', async () => {
        const pending = await pendingMigrations();
        return pending.length === 0 ? 'ok' : `${pending.length} pending`;
      }),
      this.#probe('worker', () => this.#worker()),
    ]);
    const takesReports = postgres === 'ok' && queued === 'ok' && migrations === 'ok';
    const status = !takesReports ? 'unavailable' : worker === 'ok' ? 'ready' : 'degraded';
    return { status, postgres, queue: queued, migrations, worker };
  }

  async #worker(): Promise<string> {
    const latest = await this.#ports.heartbeats.latest();
    if (latest === null) return 'never heard of';
    const silentMs = this.#ports.clock.now().getTime() - latest.getTime();
    return silentMs <= this.#silentAfterMs ? 'ok' : `silent for ${Math.floor(silentMs / 1_000)} s`;
  }

  /** What failed is in the log: its message may name addresses that are nobody's business. */
  async #probe(name: string, work: () => Promise<string>): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${PROBE_MS} ms`), PROBE_MS);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      this.#logger.warn({ err: error }, `readiness: ${name} failed`);
      return 'failed';
    } finally {
      clearTimeout(timer);
    }
  }
}
