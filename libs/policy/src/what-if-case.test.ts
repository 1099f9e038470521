import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseConfig, parseRelease } from '@altmap/kernel-data';
import type { PartKind } from '@altmap/protocol';
import { expect, test } from 'vitest';
import { whatIfCase } from './what-if-case.ts';

const sample = (host: string, file: string): Uint8Array => {
  const bytes = readFileSync(new URL(`../../../samples/${host}/${file}`, import.meta.url));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};
const evidenceOf = (host: string): Map<PartKind, Uint8Array> =>
  new Map([
    ['config', sample(host, 'config.gz')],
    ['iomem', sample(host, 'iomem')],
    ['ndctl', sample(host, 'ndctl-list-BRNDiv.json')],
    ['nd-sysfs', sample(host, 'nd-sysfs')],
    ['version', sample(host, 'version')],
  ]);
const outcomes = (answer: ReturnType<typeof whatIfCase>, basis: string, question: string): unknown[] =>
  (answer?.assessment.verdicts ?? [])
    .filter((verdict) => verdict.basis === basis && verdict.question === question)
    .map(({ range, result }) => [range, result.outcome]);

test('another page size: the config is carried over, and devdax made under 4K does not come up under 64K', () => {
  const said = { release: '6.12.117+deb12-arm64', pageSize: 4096 };
  const answer = whatIfCase(evidenceOf('edge-4k-01'), said, { pageSize: 65536 });
  expect(answer?.target).toEqual({ release: '6.12.117+deb12-arm64', pageSize: 65536 });
  expect(answer?.changes.map(({ symbol }) => symbol)).toEqual(['ARM64_4K_PAGES', 'ARM64_64K_PAGES']);
  expect(outcomes(answer, 'own', 'as-is')).toContainEqual(['namespace2.0', 'ok']);
  expect(outcomes(answer, 'what-if', 'as-is')).toContainEqual(['namespace2.0', 'refused']);
  expect(outcomes(answer, 'what-if', 'as-is')).toContainEqual(['namespace0.0', 'ok']);
});

test('another kernel with a config of its own', () => {
  const { release } = parseRelease('6.12.117');
  const { config } = parseConfig(new TextDecoder().decode(sample('edge-4k-01', 'config.gz')));
  if (release === null) throw new Error('6.12.117 is a release');
  const answer = whatIfCase(
    evidenceOf('old-4k-01'),
    { release: '6.1.0-50-arm64', pageSize: 4096 },
    { release, config },
  );
  expect(outcomes(answer, 'own', 'made-anew')).toContainEqual(['namespace0.0', 'unsupported']);
  expect(outcomes(answer, 'what-if', 'made-anew')).toContainEqual(['namespace0.0', 'ok']);
  expect(answer?.changes).toEqual([]);
});

test('nothing can be said of a host whose own kernel is not known', () => {
  const evidence = evidenceOf('edge-4k-01');
  for (const kind of ['config', 'version', 'nd-sysfs', 'ndctl'] as const) evidence.delete(kind);
  expect(whatIfCase(evidence, { release: 'what', pageSize: null }, { pageSize: 65536 })).toBeNull();
});
