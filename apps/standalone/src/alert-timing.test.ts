import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ManageAlerts, newWebhookSecret, systemClock } from '@altmap/core';
import { createRepositories } from '@altmap/db';
import { enrol, type ReportClientPorts, sendReport, sha256Hex } from '@altmap/protocol';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { expect, inject, it, vi } from 'vitest';
import { AlertReceiver } from './testing/alert-receiver.ts';
import { bundle } from './testing/bundle.ts';
import { openSite } from './testing/site.ts';

/** `ALERT_UPLOADS=200 npx vitest run apps/standalone/src/alert-timing` prints the times; no time is asserted. */
const UPLOADS = Number(process.env['ALERT_UPLOADS'] ?? 5);
const compress = promisify(gzip);

/** From the upload of a report that breaks support until the webhook has its alert, one host after the other. */
it.each(['Postgres', 'Redis'] as const)(
  `${UPLOADS} uploads, each heard of, with the queue on %s`,
  async (backend) => {
    if (backend === 'Redis' && inject('redisUrl') === null) {
      if (process.env['CI']) throw new Error('CI must run this: there is no redis-server on the PATH');
      return;
    }
    const worker = fileURLToPath(new URL('./testing/flip-worker/main.ts', import.meta.url));
    const bundled = await bundle({ api: 'apps/api/src/main.ts', worker });
    const site = await openSite(backend, { freePort, freshDatabase, startRedis });
    const secret = newWebhookSecret();
    const heard = new AlertReceiver(secret);
    try {
      const { alertSettings, alerts } = createRepositories(site.database);
      const manage = new ManageAlerts(alertSettings, alerts, systemClock, 'test');
      await manage.addReceiver({ name: 'r', kind: 'webhook', url: await heard.listen(), secret });
      await manage.addRule({ name: 'r', receiver: 'r', minSeverity: 'info', groupWaitMs: 0, stormGroups: 100_000 });
      const programs = [site.start(bundled.programs.worker, { ALTMAP_WEBHOOK_ALLOW: '127.0.0.1' })];
      programs.push(site.start(bundled.programs.api));
      await Promise.all([programs[0]?.says('working'), programs[1]?.says('listening')]);
      const client: ReportClientPorts = {
        url: site.url,
        fetch,
        compress: async (bytes) => ({ encoding: 'gzip', body: await compress(bytes) }),
        sleep: async () => {},
        attempts: 1,
      };
      const times: number[] = [];
      for (let n = 0; n < UPLOADS; n += 1) {
        const name = randomUUID();
        const machine = await sha256Hex(Buffer.from(name));
        const { token } = await enrol(client, site.enrolToken, { machine, name, labels: {} });
        const started = performance.now();
        await sendReport(client, token, {
          machine,
          collectedAt: new Date().toISOString(),
          release: '6.12.1',
          pageSize: 4096,
          parts: new Map([['config', Buffer.from(`CONFIG_LOCALVERSION="-${name}-broken"\n`)]]),
          absent: [],
        });
        await vi.waitFor(() => expect(heard.heardAt.has(name)).toBe(true), { timeout: 30_000, interval: 2 });
        times.push((heard.heardAt.get(name) ?? 0) - started);
      }
      const sorted = times.sort((one, other) => one - other);
      const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
      process.stdout.write(`${backend}: upload to webhook, median ${at(0.5)} ms, p99 ${at(0.99)} ms of ${UPLOADS}\n`);
      expect(heard.repeats).toBe(0);
    } finally {
      await site.close();
      await heard.close();
      await bundled.remove();
    }
  },
  120_000 + UPLOADS * 2_000,
);
