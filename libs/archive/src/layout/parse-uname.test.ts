import { expect, it } from 'vitest';
import { parseUname } from './parse-uname.ts';

it.each([
  [
    'Linux db1 6.1.0-50-arm64 #1 SMP Debian 6.1.176-1 (2026-07-02) aarch64 GNU/Linux\n',
    { name: 'db1', release: '6.1.0-50-arm64', build: '#1 SMP Debian 6.1.176-1 (2026-07-02)', machine: 'aarch64' },
  ],
  [
    'Linux h 5.14.0-503.el9.aarch64+64k #1 SMP PREEMPT_DYNAMIC Thu Oct 3 10:10:10 EDT 2024 aarch64 aarch64 aarch64 GNU/Linux',
    {
      name: 'h',
      release: '5.14.0-503.el9.aarch64+64k',
      build: '#1 SMP PREEMPT_DYNAMIC Thu Oct 3 10:10:10 EDT 2024',
      machine: 'aarch64',
    },
  ],
  [
    'Linux alpine 6.6.1-0-lts #1-Alpine SMP aarch64 Linux',
    { name: 'alpine', release: '6.6.1-0-lts', build: '#1-Alpine SMP', machine: 'aarch64' },
  ],
  [
    'Linux pc 6.1.0 #1 SMP x86_64 x86_64 x86_64 GNU/Linux',
    { name: 'pc', release: '6.1.0', build: '#1 SMP', machine: 'x86_64' },
  ],
  ['Linux h 6.1.0 #1 SMP', { name: 'h', release: '6.1.0', build: '#1 SMP', machine: null }],
])('%s', (text, expected) => {
  expect(parseUname(text)).toEqual(expected);
});

it.each(['', 'uname: command not found', '6.1.0-50-arm64', 'Darwin mac 24.0.0 #1 arm64'])(
  'is no uname -a: %s',
  (text) => {
    expect(parseUname(text)).toBeNull();
  },
);

it('takes no time for a line of 16 MB', () => {
  expect(parseUname(`Linux h 6.1.0 #1${' unknown'.repeat(2_000_000)}x`)?.release).toBe('6.1.0');
});
