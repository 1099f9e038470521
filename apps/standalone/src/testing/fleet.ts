import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { enrol, type ReportClientPorts, sendReport, sha256Hex } from '@altmap/protocol';

const compress = promisify(gzip);
const NEVER_GIVES_UP = 1_000;

/** What the host of this name says in its report of this number, beside its name. */
export type Words = (count: number, name: string) => string | null | Promise<string | null>;

/** Hosts that send reports by the agents' protocol, one after the other, and try again until they are answered. */
export class Fleet {
  /** Ids of all reports that the server has acknowledged. */
  readonly acknowledged = new Set<string>();
  readonly #client: ReportClientPorts;

  constructor(url: string) {
    this.#client = {
      url,
      fetch: (address, init) => fetch(address, { ...init, signal: AbortSignal.timeout(10_000) }),
      compress: async (bytes) => ({ encoding: 'gzip', body: await compress(bytes) }),
      sleep: (milliseconds) => sleep(Math.min(milliseconds, 200)),
      attempts: NEVER_GIVES_UP,
    };
  }

  /**
   * So many hosts at the same time, each with at most so many reports, all of them different. `words` go into the config; null
   * ends the host's reports.
   */
  async send(enrolToken: string, hosts: number, reportsEach: number, words: Words = () => ''): Promise<void> {
    await Promise.all(Array.from({ length: hosts }, () => this.#host(enrolToken, reportsEach, words)));
  }

  async #host(enrolToken: string, reports: number, words: Words): Promise<void> {
    const name = randomUUID();
    const machine = await sha256Hex(Buffer.from(name));
    const { token } = await enrol(this.#client, enrolToken, { machine, name, labels: {} });
    for (let count = 0; count < reports; count++) {
      const said = await words(count, name);
      if (said === null) return;
      const { reportId } = await sendReport(this.#client, token, {
        machine,
        collectedAt: new Date().toISOString(),
        release: '6.12.1',
        pageSize: 4096,
        parts: new Map([['config', Buffer.from(`CONFIG_LOCALVERSION="-${name}-${count}${said}"\n`)]]),
        absent: [],
      });
      this.acknowledged.add(reportId);
    }
  }
}
