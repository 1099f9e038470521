import type { Verdict } from '@altmap/policy';
import type { PlugResult } from '@altmap/vmemmap';
import type { CheckReport } from './check-report.ts';
import type { JudgedHost } from './judge-host.ts';

const RESULT: PlugResult = {
  outcome: 'ok',
  reason: 'OK',
  facts: {},
  errno: null,
  bindErrno: null,
  stage: null,
  message: null,
  messages: [],
  missing: [],
  warnings: [],
  also: [],
  align: 2097152,
  alignRefused: false,
  oopsOnRemoval: false,
  steps: [{ id: 'namespace-size', verdict: 'pass', facts: { size: 1073741824, least: 16777216 }, source: 'claim.c' }],
  infoBlock: null,
  altmap: null,
  memmap: { deviceBytes: 16777216, dramBytes: 0, pageTableBytes: null, runs: [] },
  usable: { start: 2166358016, size: 1054867456 },
  lostBytes: 18874368,
  layout: [
    { kind: 'info-block', start: 2147483648, size: 8192 },
    { kind: 'memmap', start: 2147491840, size: 16777216 },
    { kind: 'reserved', start: 2164269056, size: 2088960 },
    { kind: 'data', start: 2166358016, size: 1054867456 },
  ],
  sectionSize: 134217728,
  kmem: null,
};

function verdict(
  pageSize: Verdict['pageSize'],
  basis: Verdict['basis'],
  result: Partial<PlugResult>,
  sentence: string,
): Verdict {
  return {
    range: 'namespace0.0',
    basis,
    target: null,
    pageSize,
    question: 'as-is',
    mode: 'fsdax',
    align: null,
    sentence,
    result: { ...RESULT, ...result },
    remedies: [],
  };
}

const HOST: JudgedHost = {
  evidence: {
    name: 'a "quoted", <odd> name\u001b[31m',
    path: 'captures/odd name',
    labels: { site: 'bern' },
    machineId: null,
    machine: null,
    collectedAt: null,
    absent: [],
    remarks: [],
    release: '6.1.192',
    pageSize: 4096,
    parts: new Map([['config', { path: 'captures/odd name/config.gz', content: new Uint8Array(3) }]]),
  },
  capabilities: [{ name: 'devdax', state: 'no', needs: ['DEV_DAX'], missing: ['DEV_DAX'], unknown: [] }],
  assessment: {
    engineVersion: '1',
    ranges: [
      {
        name: 'namespace0.0',
        region: 'region0',
        start: 2147483648,
        size: 1073741824,
        provider: 'of',
        mode: 'fsdax',
        map: 'dev',
        align: 2097152,
      },
    ],
    verdicts: [
      verdict(4096, 'own', {}, 'The memmap is on the device.'),
      verdict(
        65536,
        'what-if',
        { outcome: 'refused', reason: 'R_EXAMPLE', errno: 95, memmap: null, usable: null },
        'Says "no",\nin two lines.',
      ),
      verdict(16384, 'what-if', { outcome: 'unknown', missing: ['iomem'], memmap: null, usable: null }, 'Not known.'),
    ],
  },
  findings: [
    {
      key: 'f1',
      code: 'F_CRITICAL',
      severity: 'critical',
      subject: 'namespace0.0',
      summary: 'It would be refused & lost.',
      facts: { errno: 95 },
    },
    { key: 'f2', code: 'F_INFO', severity: 'info', subject: 'kernel config', summary: 'Good to know.', facts: {} },
  ],
  diagnostics: [
    { source: 'config', line: 7, message: 'this is no symbol', expected: 'CONFIG_NAME=value', severity: 'warning' },
  ],
};

/** A report with names and texts that each form has to escape. For tests. */
export function exampleReport(change: Partial<CheckReport> = {}): CheckReport {
  return { hosts: [HOST], unusable: [], failOn: 'critical', trace: false, picture: false, ...change };
}
