import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const HERE = import.meta.url;

/** Runs a process with the given closers, sends it signals, and tells how it ended and what it said. */
async function run(closers: string, signals: readonly NodeJS.Signals[], timeoutMs = 10_000) {
  const source = `
    const { gracefulShutdown } = await import(${JSON.stringify(new URL('graceful-shutdown.ts', HERE).href)});
    const logger = { info: (m) => console.log(m), error: (o, m) => console.log(m ?? o) };
    const say = (name) => async () => { console.log('closed ' + name); };
    gracefulShutdown(${closers}, { timeoutMs: ${timeoutMs}, logger });
    setInterval(() => {}, 1000);
    console.log('ready');`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source]);
  let output = '';
  const pending = [...signals];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const signal = pending.shift();
    if (signal !== undefined) child.kill(signal);
  });
  const [code] = await once(child, 'exit');
  return { code, lines: output.trim().split('\n') };
}

describe('gracefulShutdown', () => {
  it('closes everything in order and exits with 0', async () => {
    const closers = "[{ name: 'a', close: say('a') }, { name: 'b', close: say('b') }]";
    const { code, lines } = await run(closers, ['SIGTERM']);
    expect({ code, lines }).toEqual({ code: 0, lines: ['ready', 'SIGTERM: closing', 'closed a', 'closed b'] });
  });

  it('closes the rest when one fails, and exits with 1', async () => {
    const closers = "[{ name: 'a', close: async () => { throw new Error('x'); } }, { name: 'b', close: say('b') }]";
    const { code, lines } = await run(closers, ['SIGINT']);
    expect({ code, lines }).toEqual({ code: 1, lines: ['ready', 'SIGINT: closing', 'a did not close', 'closed b'] });
  });

  it('gives up after the timeout', async () => {
    const { code, lines } = await run("[{ name: 'a', close: () => new Promise(() => {}) }]", ['SIGTERM'], 50);
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('not closed within 50 ms');
  });

  it('exits at once on a second signal', async () => {
    const { code } = await run("[{ name: 'a', close: () => new Promise(() => {}) }]", ['SIGTERM', 'SIGINT']);
    expect(code).toBe(130);
  });
});
