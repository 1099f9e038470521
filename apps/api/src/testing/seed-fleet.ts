import { newId } from '@altmap/core';
import type { Assessment, DeviceRange, FindingFact, Verdict } from '@altmap/policy';
import type { PlugResult } from '@altmap/vmemmap';
import { sha256, type TestApi, type TestHost } from './test-api.ts';

const GIB = 0x4000_0000;

const RESULT: PlugResult = {
  outcome: 'ok',
  reason: 'OK',
  facts: { npfns: 258_048 },
  errno: null,
  bindErrno: null,
  stage: 'bind',
  message: null,
  messages: [],
  missing: [],
  steps: [{ id: 'pfn.align', verdict: 'pass', facts: { align: 0x20_0000 }, source: 'nd_pfn_init, v6.12' }],
  warnings: [],
  also: [],
  align: 0x20_0000,
  alignRefused: false,
  oopsOnRemoval: false,
  infoBlock: {
    signature: 'pfn',
    versionMinor: 4,
    map: 'dev',
    dataoff: 0x100_0000,
    npfns: 258_048,
    startPad: 0,
    endTrunc: 0,
    align: 0x20_0000,
    pageSize: 4096,
    pageStructSize: 64,
  },
  altmap: { basePfn: 0x24_0000, reserve: 2, free: 4094, allocated: 4032, alignLoss: 62 },
  memmap: { deviceBytes: 0x100_0000, dramBytes: 0, pageTableBytes: null, runs: [] },
  usable: { start: 0xf_ffff_ffff_f000, size: GIB - 0x100_0000 },
  lostBytes: 0x100_0000,
  layout: [{ kind: 'data', start: 0x2_4100_0000, size: GIB - 0x100_0000 }],
  sectionSize: 0x800_0000,
  kmem: null,
};

const RANGE: DeviceRange = {
  name: 'namespace0.0',
  region: 'region0',
  start: 0x2_4000_0000,
  size: GIB,
  provider: 'virtio',
  mode: 'fsdax',
  map: 'dev',
  align: 0x20_0000,
};

export function verdictOf(said: Partial<Omit<Verdict, 'result'>>, result: Partial<PlugResult> = {}): Verdict {
  return {
    range: RANGE.name,
    remedies: [],
    basis: 'own',
    target: null,
    pageSize: 4096,
    question: 'as-is',
    mode: 'fsdax',
    align: null,
    sentence: 'Comes up with its struct pages on the device.',
    ...said,
    result: { ...RESULT, ...result },
  };
}

export const CRITICAL: FindingFact = {
  key: 'altmap-refused namespace0.0',
  code: 'ALTMAP_REFUSED',
  severity: 'critical',
  subject: 'namespace0.0',
  summary: 'namespace0.0 would not come up.',
  facts: { align: 0x20_0000 },
};

/** Stores what a worker would: the host's report is checked, with these verdicts and findings. */
async function checked(
  api: TestApi,
  host: TestHost,
  reportId: string,
  { verdicts, findings = [] }: { verdicts: readonly Verdict[]; findings?: readonly FindingFact[] },
): Promise<void> {
  const { checks } = api.repositories;
  const at = new Date('2026-11-22T10:00:05.000Z');
  const assessment: Assessment = { engineVersion: 'engine-1', ranges: [RANGE], verdicts };
  const inputDigest = sha256(`${host.machine} ${JSON.stringify(verdicts)}`);
  const verdictSetId = await checks.saveVerdictSet({ id: newId(), inputDigest, assessment, at });
  await checks.transact(async (transaction) => {
    await transaction.lock(reportId);
    await transaction.markChecked(reportId, verdictSetId, [], at);
    const times = { episode: 1, firstSeenAt: at, lastSeenAt: at, resolvedAt: null, waiverId: null };
    const opened = findings.map((fact) => ({ ...fact, id: newId(), hostId: host.hostId, reportId, ...times }));
    await transaction.applyFindings({ opened, seen: [], resolved: [] });
  });
}

/** A host with a checked report. Every host has a config, and so verdicts, of its own. */
export async function seedHost(
  api: TestApi,
  name: string,
  outcome: {
    verdicts: readonly Verdict[];
    findings?: readonly FindingFact[];
    pageSize?: 4096 | 16384 | 65536;
    labels?: Record<string, string>;
  },
): Promise<TestHost & { readonly reportId: string }> {
  const host = await api.enrol(name, outcome.labels);
  const { body } = await api.report(
    host,
    { config: `CONFIG_LOCALVERSION="${name}"\n` },
    { pageSize: outcome.pageSize ?? 4096 },
  );
  const reportId = String(body.reportId);
  await checked(api, host, reportId, outcome);
  return { ...host, reportId };
}
