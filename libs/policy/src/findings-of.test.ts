import { parseRelease } from '@altmap/kernel-data';
import type { KernelConfig, PlugResult, Target } from '@altmap/vmemmap';
import { expect, test } from 'vitest';
import type { DeviceRange, Verdict } from './assessment.ts';
import { findingsOf, type Judged } from './findings-of.ts';
import { BUILT_IN_POLICY } from './policy-file/built-in-policy.ts';
import type { Policy } from './policy-file/policy.ts';
import { readPolicy } from './policy-file/read-policy.ts';

const GIB = 2 ** 30;
const RANGE: DeviceRange = {
  name: 'namespace0.0',
  region: 'region0',
  start: 0x1_0000_0000,
  size: GIB,
  provider: 'nfit',
  mode: 'fsdax',
  map: 'dev',
  align: 0x20_0000,
};

function verdict(said: Partial<Omit<Verdict, 'result'>>, result: Partial<PlugResult>): Verdict {
  const base = {
    outcome: 'ok',
    reason: 'OK',
    errno: null,
    missing: [],
    oopsOnRemoval: false,
    lostBytes: 0,
    memmap: null,
  };
  return {
    range: RANGE.name,
    basis: 'own',
    target: null,
    pageSize: 4096,
    question: 'as-is',
    mode: 'fsdax',
    align: null,
    sentence: 'Says so.',
    remedies: [],
    ...said,
    result: { ...base, ...result } as unknown as PlugResult,
  };
}

const RELEASE = parseRelease('6.12.117').release;

function judged(verdicts: readonly Verdict[], changes: Partial<Judged> = {}): Judged {
  return {
    assessment: { engineVersion: '1', ranges: [RANGE], verdicts },
    host: { labels: { env: 'prod' }, pageSize: 4096, release: RELEASE },
    own: null,
    unplaced: [],
    ...changes,
  };
}

function policy(text: string): Policy {
  const read = readPolicy(`version: 1\nname: test\n${text}`);
  expect(read.problems).toEqual([]);
  return read.policy ?? BUILT_IN_POLICY;
}

const short = (one: Policy, host: Judged): string[] =>
  findingsOf(one, host).map(({ severity, key, summary }) => `${severity} ${key}: ${summary}`);

test.each<[string, Partial<PlugResult>, string[]]>([
  ['ok', {}, []],
  ['oops', { outcome: 'oops' }, ['critical RANGE_OOPS namespace0.0 100000000: Says so.']],
  ['refused', { outcome: 'refused' }, ['critical RANGE_REFUSED namespace0.0 100000000: Says so.']],
  ['ok-dram', { outcome: 'ok-dram' }, ['warning RANGE_IN_DRAM namespace0.0 100000000: Says so.']],
  ['unknown', { outcome: 'unknown' }, ['info RANGE_NOT_JUDGED namespace0.0 100000000: Says so.']],
  ['unsupported', { outcome: 'unsupported' }, []],
  ['removal', { oopsOnRemoval: true }, ['warning RANGE_UNSAFE_REMOVAL namespace0.0 100000000: Says so.']],
])('the built-in policy, own kernel: %s', (_, result, expected) => {
  expect(short(BUILT_IN_POLICY, judged([verdict({}, result)]))).toEqual(expected);
});

test('the built-in policy: only what works today can be lost by a move', () => {
  const moves = [
    verdict({ basis: 'what-if', pageSize: 16384 }, { outcome: 'refused' }),
    verdict({ basis: 'what-if', pageSize: 65536 }, { outcome: 'oops' }),
    verdict({ basis: 'planned', target: 'next', pageSize: 65536 }, { outcome: 'oops' }),
  ];
  expect(short(BUILT_IN_POLICY, judged([verdict({}, {}), ...moves]))).toEqual([
    'info MOVE_LOSES_RANGE namespace0.0 100000000 16384: Under 16K pages: Says so.',
    'warning MOVE_OOPS namespace0.0 100000000 65536: Under 64K pages: Says so.',
    'critical PLAN_OOPS namespace0.0 100000000 next: On next (6.12.117, 64K pages): Says so.',
  ]);
  expect(short(BUILT_IN_POLICY, judged([verdict({}, { outcome: 'unsupported' }), ...moves]))).toEqual([]);
});

test('the built-in policy: a config that lacks a symbol weighs more where there is device memory', () => {
  const config: KernelConfig = {
    complete: true,
    get: (symbol) => ({ type: symbol === 'NVDIMM_PFN' ? 'absent' : 'y' }),
  };
  if (RELEASE === null) throw new Error('6.12.117 is a release');
  const own: Target = { pageSize: 4096, release: RELEASE, config, cmdline: null };
  const said = 'CONFIG_NO_ALTMAP: 6.12.117 cannot put struct pages on a device: CONFIG_NVDIMM_PFN not set';
  expect(short(BUILT_IN_POLICY, judged([], { own }))).toEqual([`critical ${said}`]);
  const bare = { engineVersion: '1', ranges: [], verdicts: [] };
  expect(short(BUILT_IN_POLICY, judged([], { own, assessment: bare }))).toEqual([`warning ${said}`]);
  const unplaced = [{ name: 'region1', region: null, provider: 'cxl', missing: ['iomem'] }] as const;
  expect(short(BUILT_IN_POLICY, judged([], { own, assessment: bare, unplaced }))).toEqual([
    `critical ${said}`,
    'info RANGE_NOT_JUDGED region1: region1 cannot be judged: missing iomem',
  ]);
  const symbols = policy(`rules:
  - { code: NO_PFN, title: t, about: config, severity: info, when: { symbols: { NVDIMM_PFN: n, ZONE_DEVICE: [y, m] } } }
  - { code: NO_ZONE, title: t, about: config, severity: info, when: { symbols: { ZONE_DEVICE: n } } }
`);
  expect(findingsOf(symbols, judged([], { own })).map(({ code }) => code)).toEqual(['NO_PFN']);
  const fragment = { ...own, config: { ...config, complete: false } };
  expect(findingsOf(symbols, judged([], { own: fragment }))).toEqual([]);
});

test('the first rule of a code that matches decides, also that there is no finding', () => {
  const rule = (severity: string, hosts = '{}'): string =>
    `  - { code: RANGE_REFUSED, about: verdict, when: { outcome: refused }, severity: ${severity}, hosts: ${hosts} }\n`;
  const refused = judged([verdict({}, { outcome: 'refused' })]);
  const severities = (rules: string): string[] =>
    findingsOf(policy(`extends: built-in\nrules:\n${rules}`), refused).map(({ severity }) => severity);
  expect(severities(rule('info') + rule('warning'))).toEqual(['info']);
  expect(severities(rule('none'))).toEqual([]);
  expect(severities(rule('none', '{ labels: env!=prod }') + rule('warning', '{ release: ">=6.13" }'))).toEqual([
    'critical',
  ]);
  expect(severities(rule('warning', '{ labels: [env=prod], pageSize: 4K, release: "=6.12" }'))).toEqual(['warning']);
  expect(severities(rule('none', '{ pageSize: 64K }'))).toEqual(['critical']);
});

test('losses and struct pages in DRAM, by bytes and by share', () => {
  const lossy = verdict(
    {},
    { lostBytes: GIB / 16, memmap: { deviceBytes: 0, dramBytes: GIB / 64, pageTableBytes: null, runs: [] } },
  );
  const codes = (when: string): number =>
    findingsOf(
      policy(`rules:\n  - { code: A, title: t, about: verdict, when: ${when}, severity: info }\n`),
      judged([lossy]),
    ).length;
  expect(codes('{ lostAtLeast: "64 MiB" }')).toBe(1);
  expect(codes('{ lostAtLeast: "65 MiB" }')).toBe(0);
  expect(codes('{ lostAtLeast: "6.25%" }')).toBe(1);
  expect(codes('{ lostAtLeast: "7%" }')).toBe(0);
  expect(codes('{ dramAtLeast: "16MiB" }')).toBe(1);
  expect(codes('{ dramAtLeast: "17MiB" }')).toBe(0);
});

test('a message says what it was asked to', () => {
  const text = '{range} {outcome} {reason} {pageSize} {release} {target} {lost} {dram} {remedy} {{x}}';
  const one = policy(
    `rules:\n  - { code: A, title: t, about: verdict, when: {}, severity: info, message: "${text}" }\n`,
  );
  expect(findingsOf(one, judged([verdict({}, { lostBytes: 2 ** 20 })]))[0]?.summary).toBe(
    'namespace0.0 ok OK 4K 6.12.117 6.12.117, 4K pages 1 MiB ? none known {x}',
  );
});
