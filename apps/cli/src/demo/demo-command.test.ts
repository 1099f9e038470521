import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../run.ts';

const samples = fileURLToPath(new URL('../../../../samples', import.meta.url));

it('starts the whole system, judges the sample fleet over HTTP, shows the alert, and stops', async () => {
  let out = '';
  const stream = { write: (text: string) => void (out += text), isTty: false, columns: null };
  const terminal = { env: {}, out: stream, err: stream, stdin: async () => new Uint8Array() };
  expect(await run(['demo', '--once', '--samples', samples], terminal)).toBe(0);

  const hosts = readdirSync(samples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(hosts.length).toBeGreaterThanOrEqual(8);
  for (const { name } of hosts) expect(out).toMatch(new RegExp(`^${name}\\s+\\S+\\s+(4|16|64)K\\s+namespace`, 'm'));
  expect(out).toMatch(/^old-4k-01 .*\n.*made anew +unsupported .*CONFIG_ZONE_DEVICE/m);
  expect(out).toMatch(/^cache-16k-03 .*as it is +unknown .*read without root/m);
  expect(out).toMatch(/^db-64k-01 .*fsdax dev +as it is +ok +2 MiB +0 /m);
  expect(out).toMatch(/Alert received by the webhook, signature good .*\n +critical: /);
  expect(out).toMatch(/GraphQL +http:\/\/127\.0\.0\.1:\d+\/graphql/);
}, 180_000);

it('says what it expects of a samples directory', async () => {
  let err = '';
  const silent = { write: () => {}, isTty: false, columns: null };
  const terminal = {
    env: {},
    out: silent,
    err: { ...silent, write: (text: string) => void (err += text) },
    stdin: async () => new Uint8Array(),
  };
  expect(await run(['demo', '--once', '--samples', '/nowhere'], terminal)).toBe(2);
  expect(err).toContain('/nowhere: expected a directory with one captured host in each of its directories');
});
