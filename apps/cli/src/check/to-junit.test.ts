import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { exampleReport } from './example-report.ts';
import { toJunit } from './to-junit.ts';

/** Every tag closed in order, every attribute quoted, every entity known: what well-formed means for a file like ours. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^?]*\?>/, '');
  const tag = /<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/g;
  for (const [, closing, name, , empty] of body.matchAll(tag)) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (empty !== '/') open.push(name ?? '');
  }
  expect(open).toEqual([]);
  const text = body.replace(tag, '');
  expect(text).not.toMatch(/[<>]/);
  expect(body.replace(/&(amp|lt|gt|quot);/g, '')).not.toContain('&');
  expect([...xml].every((character) => character >= ' ' || character === '\n')).toBe(true);
}

test('red exactly when a finding is at or above --fail-on', () => {
  const xml = toJunit(exampleReport());
  expectWellFormed(xml);
  expect(xml).toContain('tests="5" failures="1" errors="0" skipped="1"');
  expect(xml.match(/<failure /g)).toHaveLength(1);
  expect(toJunit(exampleReport({ failOn: 'info' })).match(/<failure /g)).toHaveLength(2);
  expect(toJunit(exampleReport({ failOn: 'never' }))).not.toContain('<failure ');
});

test('a PATH that could not be used is an error', () => {
  const xml = toJunit(exampleReport({ hosts: [], unusable: [{ path: 'a&b', message: 'no <file>' }] }));
  expectWellFormed(xml);
  expect(xml).toContain('<error message="no &lt;file&gt;"/>');
});

const hasPython = spawnSync('python3', ['-V']).status === 0;

test.skipIf(!hasPython)('a second XML parser reads it (skipped where there is no python3)', () => {
  const count =
    'import sys,xml.etree.ElementTree as e;print(len(e.fromstring(sys.stdin.buffer.read()).findall(".//testcase")))';
  const { stdout } = spawnSync('python3', ['-c', count], { input: toJunit(exampleReport()), encoding: 'utf8' });
  expect(stdout.trim()).toBe('5');
});
