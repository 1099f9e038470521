import { writeFileSync } from 'node:fs';
import type { ChildMessage, ChildTask } from '../child.ts';

/** Stands in for child.ts, with three inputs that no try catches. */
const { first, last, position } = JSON.parse(process.argv[2] ?? '') as ChildTask;
const number = Buffer.alloc(4);
for (let index = first; index < last; index++) {
  number.writeUInt32LE(index);
  writeFileSync(position, number);
  if (index === 7) for (;;);
  if (index === 11) process.abort();
  if (index === 23) process.exit(3);
}
const memory = { before: 0, after: 0, peak: 0 };
process.send?.({ is: 'done', ran: last - first, memory } satisfies ChildMessage);
process.disconnect?.();
