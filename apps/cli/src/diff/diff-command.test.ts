import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { caughtTerminal } from '../../test/caught-terminal.ts';
import { run } from '../run.ts';

const sample = (name: string): string => fileURLToPath(new URL(`../../../../samples/${name}`, import.meta.url));

async function diff(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const { terminal, caught } = caughtTerminal({});
  return { status: await run(['diff', ...args], terminal), ...caught };
}

test('two captures: page size, symbols, devices', async () => {
  const { status, out, err } = await diff(sample('edge-4k-01'), sample('cache-16k-01'));
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^Release: 6\.12\.117\+deb12-arm64 -> 6\.12\.117\+deb12-arm64-16k$/m);
  expect(out).toMatch(/^Page size: 4K -> 16K$/m);
  expect(out).toMatch(/^ {2}CONFIG_ARM64_16K_PAGES +not set +-> +y$/m);
  expect(out).toMatch(/^Device ranges$/m);
  expect(out).toMatch(/^ {2}~ namespace0\.0 +\S+ +\S.* +-> +\S/m);
});

test('a capture and itself: nothing differs', async () => {
  expect(await diff(sample('edge-4k-01'), sample('edge-4k-01'), '--exit-code')).toEqual({
    status: 0,
    out: 'Nothing differs.\n',
    err: '',
  });
});

test('as JSON, and with an exit status that tells', async () => {
  const { status, out } = await diff(sample('edge-4k-01'), sample('old-4k-01'), '--format', 'json', '--exit-code');
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ version: 1, release: { after: '6.1.0-50-arm64' }, pageSize: null });
});

test('what cannot be read', async () => {
  expect(await diff(sample('edge-4k-01'), '/nowhere')).toMatchObject({
    status: 2,
    err: expect.stringMatching(/nowhere/),
  });
});
