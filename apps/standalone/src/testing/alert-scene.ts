import { setTimeout as sleep } from 'node:timers/promises';
import { ManageAlerts, newWebhookSecret, systemClock } from '@altmap/core';
import { createRepositories } from '@altmap/db';
import { expect, vi } from 'vitest';
import { AlertReceiver, type Manners, type Moment } from './alert-receiver.ts';
import { Fleet } from './fleet.ts';
import type { Program } from './program.ts';
import { openSite, type Servers } from './site.ts';

const HOSTS = 50;
/** As many as the flip-worker finds. */
const FINDINGS_EACH = 10;
export const FINDINGS = HOSTS * FINDINGS_EACH;

/** A host waits up to so long between two reports. Milliseconds. */
const FLIP_MS = 3_000;
/** Share of the reports that do not wait until the change before them was told. */
const HASTE = 0.2;
const SETTLED_MS = 90_000;
/** Of how many messages trouble lets one be the moment of which it strikes. */
const MOST_MESSAGES = 8;

/** Slow enough that messages are under way at any moment; of fifty it takes, it leaves one unanswered. */
function unpredictable(): Manners {
  const most = Math.random() < 0.5 ? 20 : 400;
  return {
    takesAfterMs: Math.random() * most,
    answersAfterMs: Math.random() * most,
    hangsUp: Math.random() < 0.02,
  };
}

const MOMENTS: readonly Moment[] = ['arrived', 'taken', 'answered'];

/** A fleet whose findings open and close, programs that tell of them, and a receiver that is told. */
export interface AlertScene {
  readonly heard: AlertReceiver;
  readonly api: Program;
  startWorker(): Program;
  /** Findings open and close, host by host, until `trouble` is over. The last report of every second host leaves its findings open. */
  flipDuring(trouble: () => Promise<void>): Promise<void>;
  /** Returns at a random moment: often just before, while or after the receiver takes a message, else at any time. */
  randomMoment(): Promise<void>;
  /** Waits until the receiver believes what the findings table says, and nothing is left to be sent or told. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function openAlertScene(
  backend: 'Postgres' | 'Redis',
  servers: Servers,
  programs: Readonly<Record<'api' | 'worker', string>>,
): Promise<AlertScene> {
  const { database, url, enrolToken, start, close } = await openSite(backend, servers);
  const secret = newWebhookSecret();
  const heard = new AlertReceiver(secret, unpredictable);
  const { alertSettings, alerts } = createRepositories(database);
  const manage = new ManageAlerts(alertSettings, alerts, systemClock, 'test');
  await manage.addReceiver({ name: 'scene', kind: 'webhook', url: await heard.listen(), secret });
  await manage.addRule({
    name: 'scene',
    receiver: 'scene',
    minSeverity: 'info',
    groupWaitMs: 50,
    groupIntervalMs: 100,
    stormGroups: 1_000,
  });
  const api = start(programs.api);

  return {
    heard,
    api,
    startWorker: () => start(programs.worker, { ALTMAP_WEBHOOK_ALLOW: '127.0.0.1' }),
    async flipDuring(trouble) {
      await api.says('listening');
      const fleet = new Fleet(url);
      let isOver = false;
      const flip = async (count: number, name: string, lastIsBroken: boolean): Promise<string | null> => {
        const isBroken = count % 2 === 1;
        await sleep(Math.random() * FLIP_MS);
        // As fast as the machine can tell of it, whatever machine it is.
        const isTold = (): boolean =>
          count < 2 || (heard.lastTold.get(name) ?? 'resolved') === (isBroken ? 'resolved' : 'firing');
        for (const isHasty = Math.random() < HASTE; !isOver && !isHasty && !isTold(); ) await sleep(20);
        if (isOver && count > 0 && isBroken !== lastIsBroken) return null;
        return isBroken ? '-broken' : '';
      };
      await Promise.all([
        ...[true, false].map((last) =>
          fleet.send(enrolToken, HOSTS / 2, Number.POSITIVE_INFINITY, (count, name) => flip(count, name, last)),
        ),
        trouble().finally(() => {
          isOver = true;
        }),
      ]);
    },
    async randomMoment() {
      const moment = MOMENTS[Math.floor(Math.random() * (MOMENTS.length + 1))];
      if (moment === undefined) await sleep(Math.random() * 500);
      else {
        for (let count = Math.ceil(Math.random() * MOST_MESSAGES); count > 0; count -= 1) await heard.next(moment);
        await sleep(Math.random() * 5);
      }
    },
    async settle() {
      await vi.waitFor(
        async () => {
          const open = await database.selectFrom('finding').select('id').where('resolved_at', 'is', null).execute();
          expect(open).toHaveLength(FINDINGS / 2);
          expect([...heard.firing].sort()).toEqual(open.map(({ id }) => id).sort());
          const unsent = await database.selectFrom('notification').select('id').where('state', '<>', 'sent').execute();
          expect(unsent).toEqual([]);
          const untold = await database
            .selectFrom('alert')
            .select('finding_id')
            .whereRef('firing', '<>', 'told')
            .execute();
          expect(untold).toEqual([]);
        },
        { timeout: SETTLED_MS, interval: 200 },
      );
    },
    async close() {
      await close();
      await heard.close();
    },
  };
}
