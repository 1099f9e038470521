import { AltmapError } from '@altmap/protocol';
import { type Clock, newId } from '../clock.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { DeliveryAttempt } from './alert.ts';
import type { AlertRepository } from './alert-repository.ts';
import type { ManageAlerts } from './manage-alerts.ts';

/** Longer than a worker that lost the job of a message takes to find it again. Milliseconds. */
const TESTED_WITHIN_MS = 60_000;
/** Milliseconds. It doubles with each look. */
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 1_000;

export interface TestReceiverPorts {
  readonly manage: Pick<ManageAlerts, 'testReceiver'>;
  readonly alerts: Pick<AlertRepository, 'attempts'>;
  readonly queue: Pick<JobQueue, 'add'>;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Lets the workers, whose network counts, send a test alert and its end. */
export class TestReceiver {
  readonly #ports: TestReceiverPorts;

  constructor(ports: TestReceiverPorts) {
    this.#ports = ports;
  }

  /**
   * Gives what came of the alert and, where that was taken, of its end.
   * @throws AltmapError E_NOT_FOUND, E_UNAVAILABLE when no worker sends them in time.
   */
  async test(name: string): Promise<readonly DeliveryAttempt[]> {
    const { manage, queue, clock } = this.#ports;
    const groupId = newId();
    const until = clock.now().getTime() + TESTED_WITHIN_MS;
    const attempts: DeliveryAttempt[] = [];
    for (const status of ['firing', 'resolved'] as const) {
      const notificationId = await manage.testReceiver(name, groupId, status);
      await queue.add({ name: 'deliver-notification', payload: { notificationId } });
      const attempt = await this.#firstAttempt(notificationId, until);
      attempts.push(attempt);
      if (attempt.error !== null) break;
    }
    return attempts;
  }

  async #firstAttempt(notificationId: string, until: number): Promise<DeliveryAttempt> {
    const { alerts, clock, sleep } = this.#ports;
    for (let wait = FIRST_LOOK_MS; clock.now().getTime() < until; wait = Math.min(2 * wait, LAST_LOOK_MS)) {
      await sleep(wait);
      const [attempt] = await alerts.attempts(notificationId);
      if (attempt !== undefined) return attempt;
    }
    const seconds = TESTED_WITHIN_MS / 1_000;
    throw new AltmapError('E_UNAVAILABLE', `no worker sent it within ${seconds} seconds: does one run?`);
  }
}
