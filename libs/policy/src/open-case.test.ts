import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readHost } from '@altmap/kernel-data';
import { HostFile, type PartKind, partFile } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import type { Evidence, Said, Setting } from './host-case.ts';
import { openCase } from './open-case.ts';
import { BUILT_IN_POLICY } from './policy-file/built-in-policy.ts';
import { readPolicy } from './policy-file/read-policy.ts';

const samples = new URL('../../../samples/', import.meta.url);
const names = readdirSync(samples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function sample(name: string): { evidence: Evidence; said: Said } {
  const folder = new URL(`${name}/`, samples);
  const evidence = new Map<PartKind, Uint8Array>();
  for (const file of readdirSync(folder)) {
    const kind = partFile(file)?.kind;
    const bytes = readFileSync(new URL(file, folder));
    if (kind !== undefined) evidence.set(kind, file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  const host = HostFile.parse(JSON.parse(readFileSync(new URL('host.json', folder), 'utf8')));
  return { evidence, said: { release: host.release ?? '', pageSize: host.pageSize ?? null } };
}

function judged(name: string) {
  const { evidence, said } = sample(name);
  const hostCase = openCase(evidence, said);
  const assessment = hostCase.assess();
  const own = assessment.verdicts.filter((verdict) => verdict.basis === 'own' && verdict.question === 'as-is');
  const facts = readHost(evidence, {
    release: said.release,
    ...(said.pageSize === null ? {} : { pageSize: said.pageSize }),
  });
  return { hostCase, assessment, own, facts, findings: hostCase.findings(assessment) };
}

describe.each(names)('the recorded host %s', (name) => {
  // A namespace that is disabled may have been disabled by hand; one that is enabled has passed every check of the kernel.
  it('is judged as its own kernel did: what was up is ok, a devdax without its device is not', () => {
    const { own, facts } = judged(name);
    expect(own.length).toBeGreaterThan(0);
    for (const verdict of own) {
      const range = facts.namespaces.find((one) => one.name === verdict.range);
      const { outcome } = verdict.result;
      if (outcome === 'unknown' || range?.state !== 'enabled') continue;
      const works = range.daxDevice?.state !== 'disabled';
      expect([verdict.range, outcome === 'ok' || outcome === 'ok-dram']).toEqual([verdict.range, works]);
    }
  });

  it('gets both questions for its own kernel and for each page size', () => {
    const { assessment, facts } = judged(name);
    for (const range of assessment.ranges) {
      const asked = assessment.verdicts
        .filter((verdict) => verdict.range === range.name)
        .map((verdict) => `${verdict.basis} ${verdict.pageSize} ${verdict.question}`);
      const targets = [`own ${facts.pageSize}`, 'what-if 4096', 'what-if 16384', 'what-if 65536'];
      const kind = facts.namespaces.find((one) => one.name === range.name)?.kind;
      const questions = kind === 'region' ? ['made-anew'] : ['as-is', 'made-anew'];
      expect(asked).toEqual(targets.flatMap((target) => questions.map((question) => `${target} ${question}`)));
    }
  });

  it('judges equal evidence equally, from one JSON value', () => {
    const { evidence, said } = sample(name);
    const [first, second] = [openCase(evidence, said), openCase(new Map(evidence), said)];
    expect(JSON.stringify(second.input)).toBe(JSON.stringify(first.input));
    expect(second.assess()).toEqual(first.assess());
  });
});

it('finds a kernel without ZONE_DEVICE', () => {
  expect(judged('old-4k-01').findings).toContainEqual(
    expect.objectContaining({
      code: 'CONFIG_NO_ALTMAP',
      severity: 'critical',
      facts: expect.objectContaining({ missing: expect.arrayContaining(['CONFIG_ZONE_DEVICE']) as unknown }) as unknown,
    }),
  );
});

it('says that a memory map read without root is missing, and guesses nothing', () => {
  const { assessment } = judged('cache-16k-03');
  expect(new Set(assessment.verdicts.map((verdict) => verdict.result.outcome))).toEqual(new Set(['unknown']));
  expect(assessment.verdicts[0]?.result.missing).toEqual(['/proc/iomem read as root']);
});

it('does not let what differs from host to host without effect into the input', () => {
  const { evidence, said } = sample('edge-4k-01');
  const other = new Map(evidence);
  const cmdline = new TextDecoder().decode(evidence.get('cmdline')).trim();
  other.set('cmdline', new TextEncoder().encode(`${cmdline} root=UUID=7 console=ttyS1\n`));
  expect(JSON.stringify(openCase(other, said).input)).toBe(JSON.stringify(openCase(evidence, said).input));
  other.set('cmdline', new TextEncoder().encode(`${cmdline} rodata=off\n`));
  expect(JSON.stringify(openCase(other, said).input)).not.toBe(JSON.stringify(openCase(evidence, said).input));
});

it('judges the first 512 ranges of a crafted memory map, and says so', () => {
  const { evidence, said } = sample('edge-4k-01');
  const hex = (value: number): string => value.toString(16);
  const lines = Array.from({ length: 600 }, (_, index) => {
    const start = 2 ** 32 + index * 2 ** 27;
    const place = `${hex(start)}-${hex(start + 2 ** 26 - 1)}`;
    return `${place} : Persistent Memory\n  ${place} : namespace${index}.0`;
  });
  const iomem = ['40000000-7fffffff : System RAM', ...lines].join('\n');
  const crafted: Evidence = new Map([
    ['config', evidence.get('config') ?? new Uint8Array()],
    ['iomem', new TextEncoder().encode(iomem)],
  ]);
  const hostCase = openCase(crafted, said);
  expect(hostCase.diagnostics.map(({ message }) => message)).toContain(
    '600 device ranges: those after namespace511.0 are not judged',
  );
  const { ranges } = hostCase.assess();
  expect(ranges).toHaveLength(512);
  expect(ranges.at(-1)?.name).toBe('namespace511.0');
});

it('takes any bytes as evidence', () => {
  const junk = Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7919) & 0xff);
  const evidence: Evidence = new Map((['config', 'iomem', 'ndctl', 'nd-sysfs'] as const).map((kind) => [kind, junk]));
  const hostCase = openCase(evidence, { release: '???', pageSize: null });
  expect(hostCase.assess().verdicts).toEqual([]);
  expect(hostCase.diagnostics.length).toBeGreaterThan(0);
});

describe('evidence that leaves a question open', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const asIs = (hostCase: ReturnType<typeof openCase>, pageSize: number) =>
    hostCase
      .assess()
      .verdicts.filter((one) => one.question === 'as-is' && one.basis === 'what-if' && one.pageSize === pageSize);

  it('knows that a kernel without the pfn driver takes any namespace as raw, and that another one may not', () => {
    const { evidence, said } = sample('old-4k-01');
    expect(asIs(openCase(evidence, said), 65536).map(({ result }) => result.outcome)).toContain('ok');

    const withDriver = new Map(evidence);
    const config = new TextDecoder()
      .decode(evidence.get('config'))
      .replace('# CONFIG_ZONE_DEVICE is not set', 'CONFIG_ZONE_DEVICE=y')
      .concat('CONFIG_NVDIMM_PFN=y\n');
    withDriver.set('config', text(config));
    const open = asIs(openCase(withDriver, said), 4096).filter(({ result }) => result.outcome === 'unknown');
    expect(open[0]?.result.missing).toEqual([
      `whether an info block lies on ${open[0]?.range} (ndctl read-infoblock -j)`,
    ]);
  });

  it('does not judge a range of which only a part is seen', () => {
    const { evidence, said } = sample('edge-4k-01');
    const onlyMap: Evidence = new Map([...evidence].filter(([kind]) => ['config', 'iomem', 'version'].includes(kind)));
    const hostCase = openCase(onlyMap, said);
    const findings = hostCase.findings(hostCase.assess());
    const vague = readHost(onlyMap, { release: said.release }).namespaces.filter((range) => !range.sizeExact);
    for (const { name } of vague)
      expect(findings).toContainEqual(expect.objectContaining({ code: 'RANGE_NOT_JUDGED', subject: name }));
    expect(hostCase.assess().ranges.some(({ name }) => vague.some((range) => range.name === name))).toBe(false);
  });
});

it('proposes what helps, and the proposal is proved', () => {
  const refused = judged('nfit-4k-01').own.find(({ result }) => result.outcome === 'refused');
  expect(refused?.remedies[0]).toMatchObject({ kind: 'request', price: { dataLost: true } });
  expect(refused?.remedies[0]?.command).toMatch(/^ndctl create-namespace /);
});

describe('the targets of a policy', () => {
  const { evidence, said } = sample('edge-4k-01');
  const planFor = (text: string): Setting => {
    const { policy, problems } = readPolicy(`version: 1\nname: plan\nextends: built-in\n${text}`);
    expect(problems).toEqual([]);
    return { policy: policy ?? BUILT_IN_POLICY, labels: { role: 'edge' } };
  };
  const next = 'targets:\n  - { name: next, pageSize: 64K, release: "6.12.117", hosts: { labels: role=edge } }\n';

  it('are judged besides the others, and what they would lose is a finding', () => {
    const hostCase = openCase(evidence, said, planFor(next));
    const assessment = hostCase.assess();
    const planned = assessment.verdicts.filter(({ basis }) => basis === 'planned');
    expect(planned.length).toBeGreaterThan(0);
    expect(new Set(planned.map(({ target, pageSize }) => `${target} ${pageSize}`))).toEqual(new Set(['next 65536']));
    expect(hostCase.findings(assessment).map(({ key }) => key)).toContainEqual(
      expect.stringMatching(/^PLAN_LOSES_RANGE namespace2\.0 [0-9a-f]+ next$/),
    );
  });

  it('are part of the input; severities and hosts that they are not for are not', () => {
    const input = (setting?: Setting): string => JSON.stringify(openCase(evidence, said, setting).input);
    const severe = 'rules:\n  - { code: RANGE_OOPS, about: verdict, when: { outcome: oops }, severity: info }\n';
    expect(input(planFor(severe))).toBe(input());
    expect(input(planFor(next))).not.toBe(input());
    expect(input(planFor(next + severe))).toBe(input(planFor(next)));
    expect(input(planFor(next.replace('6.12.117', '6.12.118')))).not.toBe(input(planFor(next)));
    expect(input({ ...planFor(next), labels: {} })).toBe(input());
  });

  it('can differ in symbols alone', () => {
    const without = planFor('targets:\n  - { name: bare, config: { NVDIMM_PFN: n } }\n');
    const outcomes = openCase(evidence, said, without)
      .assess()
      .verdicts.filter(({ basis, question }) => basis === 'planned' && question === 'made-anew')
      .map(({ result }) => result.outcome);
    expect(new Set(outcomes)).toEqual(new Set(['unsupported']));
  });
});
