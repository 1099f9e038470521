import { expect, test } from 'vitest';
import { exampleReport } from './example-report.ts';
import { toSarif } from './to-sarif.ts';

test('SARIF 2.1.0 with a result for each finding and a notification for each diagnostic', () => {
  const sarif = JSON.parse(
    toSarif(exampleReport({ unusable: [{ path: '/no/where', message: 'not there' }] }), '9.9.9'),
  );

  expect(sarif.version).toBe('2.1.0');
  expect(sarif.$schema).toMatch(/sarif-schema-2\.1\.0\.json$/);
  const [run] = sarif.runs;
  expect(run.tool.driver).toMatchObject({ name: 'altmap', version: '9.9.9' });
  expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual(['F_CRITICAL', 'F_INFO']);
  for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
  expect(run.results.map((result: { level: string }) => result.level)).toEqual(['error', 'note']);
  expect(run.results[0].partialFingerprints['altmapFinding/v1']).toContain('f1');
  expect(run.results[1].locations[0].physicalLocation.artifactLocation.uri).toBe('captures/odd%20name/config.gz');
  const [invocation] = run.invocations;
  expect(invocation.executionSuccessful).toBe(false);
  expect(invocation.toolExecutionNotifications[0]).toMatchObject({
    level: 'warning',
    message: { text: 'this is no symbol; expected CONFIG_NAME=value' },
    locations: [{ physicalLocation: { region: { startLine: 7 } } }],
  });
  expect(invocation.toolExecutionNotifications[1].locations[0].physicalLocation.artifactLocation.uri).toBe(
    'file:///no/where',
  );
});
