// Reads vitest's JSON report and prints the closing line. In CI nothing may be left out: a skipped test is a failure.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap((file) =>
  file.assertionResults.map((test) => ({ file: file.name, name: test.fullName, status: test.status })),
);
const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const passed = tests.filter((test) => test.status === 'passed');
const failed = tests.filter((test) => test.status === 'failed');
const left = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');

for (const { file, message } of broken.map((one) => ({ file: one.name, message: one.message })))
  console.log(`did not load: ${file}: ${message}`);
for (const { file, name } of left) console.log(`did not run: ${file}: ${name}`);
const onRedis = passed.filter((test) => /redis/i.test(test.name));
if (onRedis.length === 0) console.log('no test ran on Redis');

const failures = failed.length + broken.length + left.length + (onRedis.length === 0 ? 1 : 0);
console.log(`${passed.length} passed, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
