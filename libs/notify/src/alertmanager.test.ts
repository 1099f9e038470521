import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@altmap/core';
import { findProgram, freePort } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { item, notice, resolved } from '../test/notice.ts';
import { sent } from '../test/sent.ts';
import { ReceiverNotifier } from './receiver-notifier.ts';

const program = findProgram('prometheus-alertmanager', 'alertmanager');
if (program === null && process.env['CI']) throw new Error('CI must run these: there is no Alertmanager on the PATH');

describe.skipIf(program === null)('a real Alertmanager (needs prometheus-alertmanager on the PATH)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'altmap-alertmanager-'));
  let url: string;
  let child: ChildProcess;

  beforeAll(async () => {
    const config = join(folder, 'alertmanager.yml');
    writeFileSync(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    const flags = [`--config.file=${config}`, `--storage.path=${folder}`, `--web.listen-address=${address}`];
    child = spawn(String(program), [...flags, '--cluster.listen-address='], { stdio: 'ignore' });
    await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), { timeout: 20_000 });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = async (): Promise<unknown> => (await fetch(`${url}/api/v2/alerts`)).json();
  const send = (content: typeof notice extends () => infer N ? N : never) =>
    new ReceiverNotifier({ allow: ['127.0.0.1'], clock: systemClock }).send(
      sent({ kind: 'alertmanager', url, token: null }, content),
    );

  it('shows the alert in its own API, and after the resolve no more', async () => {
    const other = item({ subject: 'namespace1.0', severity: 'warning' });
    expect(await send({ ...notice(), alerts: [item(), other] })).toMatchObject({ status: 200, error: null });
    await vi.waitFor(async () => expect(await shown()).toHaveLength(2));
    expect(await shown()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          labels: expect.objectContaining({ alertname: 'CONFIG_UNSUPPORTED', host: 'host-1', rack: 'r7' }),
          annotations: expect.objectContaining({ finding: item().findingId }),
          status: expect.objectContaining({ state: 'active' }),
        }),
      ]),
    );
    expect(await send(resolved())).toMatchObject({ status: 200, error: null });
    await vi.waitFor(async () => {
      const left = (await shown()) as { labels: { subject: string } }[];
      expect(left.map(({ labels }) => labels.subject)).toEqual(['namespace1.0']);
    });
  });
});
