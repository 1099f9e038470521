import { createHash } from 'node:crypto';
import type { Manifest } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../access/principal.ts';
import { FakeClock } from '../fake-clock.ts';
import { FakeJobQueue } from '../queue/fake-job-queue.ts';
import { FakeBlobRepository } from './fake-blob-repository.ts';
import { FakeReportRepository } from './fake-report-repository.ts';
import { manifestDigest, SubmitReport } from './submit-report.ts';

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const machine = sha256('machine-id');
const agent: Principal = { kind: 'agent', tokenId: 't', hostId: 'h', machine };

const manifest: Manifest = {
  version: 1,
  machine,
  collectedAt: '2026-11-20T08:59:00Z',
  release: '6.12.0',
  pageSize: 65536,
  parts: [
    { kind: 'config', sha256: sha256('config'), bytes: 6 },
    { kind: 'iomem', sha256: sha256('iomem'), bytes: 5 },
  ],
  absent: [
    { kind: 'dmesg', reason: 'permission denied' },
    { kind: 'ndctl', reason: 'not installed' },
  ],
};

async function setUp(...stored: string[]) {
  const clock = new FakeClock();
  const blobs = new FakeBlobRepository();
  for (const content of stored) {
    await blobs.put({ sha256: sha256(content), bytes: content.length, zstd: Buffer.alloc(0), at: clock.now() });
  }
  const reports = new FakeReportRepository(blobs);
  const queue = new FakeJobQueue();
  const errors: [unknown, string][] = [];
  const submit = new SubmitReport(reports, queue, clock, (error, reportId) => errors.push([error, reportId]));
  return { clock, reports, queue, errors, submit };
}

it('stores a whole report and enqueues its job', async () => {
  const { submit, reports, queue, clock } = await setUp('config', 'iomem');
  const answer = await submit.submit(agent, manifest);
  const [report] = reports.reports;
  expect(answer).toEqual({ state: 'accepted', reportId: report?.id });
  expect(report).toMatchObject({ hostId: 'h', receivedAt: clock.now(), digest: manifestDigest(manifest), manifest });
  expect(queue.jobs).toEqual([{ name: 'check-report', payload: { reportId: report?.id } }]);
});

it('names what is missing, and stores and enqueues nothing', async () => {
  const { submit, reports, queue } = await setUp('config');
  const answer = await submit.submit(agent, manifest);
  expect(answer).toEqual({ state: 'incomplete', code: 'E_BLOBS_MISSING', missing: [sha256('iomem')] });
  expect(reports.reports).toEqual([]);
  expect(queue.jobs).toEqual([]);
});

it('takes an unchanged report without a new report and without a job', async () => {
  const { submit, reports, queue, clock } = await setUp('config', 'iomem');
  const first = await submit.submit(agent, manifest);
  clock.advance(3_600_000);
  const second = await submit.submit(agent, { ...manifest, collectedAt: '2026-11-20T09:59:00Z' });
  expect(second).toEqual({ ...first, state: 'unchanged' });
  expect(reports.reports).toHaveLength(1);
  expect(reports.seen.get('h')).toEqual(clock.now());
  expect(queue.jobs).toHaveLength(1);
});

it('accepts what is stored although the queue is down, and tells of it: the sweeper will enqueue it', async () => {
  const { submit, reports, queue, errors } = await setUp('config', 'iomem');
  queue.fail = true;
  const answer = await submit.submit(agent, manifest);
  expect(answer).toEqual({ state: 'accepted', reportId: reports.reports[0]?.id });
  expect(errors).toEqual([[expect.any(Error), reports.reports[0]?.id]]);
});

it.each([
  ['a token that is no agent’s', { kind: 'reader', tokenId: 't' }, 'E_FORBIDDEN'],
  ['a token to enrol with', { kind: 'enroll', tokenId: 't', labels: {} }, 'E_FORBIDDEN'],
  ['the token of another host', { ...agent, machine: sha256('another') }, 'E_HOST_MISMATCH'],
] as const)('refuses %s', async (_what, principal, code) => {
  const { submit, reports } = await setUp('config', 'iomem');
  await expect(submit.submit(principal, manifest)).rejects.toMatchObject({ code });
  expect(reports.reports).toEqual([]);
});

describe('the digest of a manifest', () => {
  it('does not change with time, nor with the order of its lists', () => {
    const same = {
      ...manifest,
      collectedAt: '2027-01-01T00:00:00Z',
      parts: manifest.parts.toReversed(),
      absent: manifest.absent.toReversed(),
    };
    expect(manifestDigest(same)).toBe(manifestDigest(manifest));
  });

  it.each([
    ['release', { release: '6.13.0' }],
    ['page size', { pageSize: 4096 }],
    ['page size that is not known', { pageSize: null }],
    ['parts', { parts: manifest.parts.slice(1) }],
    ['content', { parts: [{ kind: 'config', sha256: sha256('new'), bytes: 3 }, ...manifest.parts.slice(1)] }],
    ['kind', { parts: [{ ...manifest.parts[0], kind: 'dmesg' }, ...manifest.parts.slice(1)] as Manifest['parts'] }],
    ['absent parts', { absent: [] }],
  ] as const)('changes with another %s', (_what, change) => {
    expect(manifestDigest({ ...manifest, ...change } as Manifest)).not.toBe(manifestDigest(manifest));
  });
});
