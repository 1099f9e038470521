import { expect, test } from 'vitest';
import { exampleReport } from './example-report.ts';
import { toJson, toJsonl } from './to-json.ts';

test('json: one document with its version', () => {
  const unusable = [{ path: 'nowhere', message: 'nowhere: there is no such file or directory' }];
  const document = JSON.parse(toJson(exampleReport({ unusable })));
  expect(document).toMatchObject({ version: 1, failOn: 'critical', unusable });
  expect(document.hosts[0]).toMatchObject({
    host: 'a "quoted", <odd> name\u001b[31m',
    release: '6.1.192',
    pageSize: 4096,
    engineVersion: '1',
    evidence: [{ kind: 'config', path: 'captures/odd name/config.gz', bytes: 3 }],
  });
  expect(document.hosts[0].verdicts).toHaveLength(3);
  expect(document.hosts[0].findings[0].facts).toEqual({ errno: 95 });
});

test('the steps come with --trace alone', () => {
  expect(JSON.parse(toJson(exampleReport())).hosts[0].verdicts[0].result.steps).toBeUndefined();
  expect(JSON.parse(toJson(exampleReport({ trace: true }))).hosts[0].verdicts[0].result.steps).toHaveLength(1);
});

test('jsonl: one line a host, each with the version', () => {
  const unusable = [{ path: 'nowhere', message: 'no' }];
  const lines = toJsonl(exampleReport({ unusable })).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).version)).toEqual([1, 1]);
  expect(JSON.parse(lines[1] ?? '')).toEqual({ version: 1, unusable: unusable[0] });
});
