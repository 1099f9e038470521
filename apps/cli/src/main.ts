import { buffer } from 'node:stream/consumers';
import { run } from './run.ts';
import type { Stream } from './terminal.ts';

function stream(target: NodeJS.WriteStream): Stream {
  // A reader that has seen enough (head, less) closes the pipe: that is no error.
  target.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const isTty = target.isTTY === true;
  return { write: (text) => void target.write(text), isTty, columns: isTty ? target.columns : null };
}

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  out: stream(process.stdout),
  err: stream(process.stderr),
  stdin: () => buffer(process.stdin),
});
