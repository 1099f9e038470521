import type { Stream, Terminal } from '../src/terminal.ts';

/** A terminal whose output is kept. */
export function caughtTerminal(env: Terminal['env']): { terminal: Terminal; caught: { out: string; err: string } } {
  const caught = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Stream => ({
    write: (text) => {
      caught[name] += text;
    },
    isTty: false,
    columns: null,
  });
  const terminal = { env, out: stream('out'), err: stream('err'), stdin: async () => new Uint8Array() };
  return { terminal, caught };
}
