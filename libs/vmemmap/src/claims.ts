import { endOf } from './align.ts';
import type { Draft, Ending } from './draft.ts';
import type { Kernel } from './kernel.ts';
import type { Range, Stage } from './types.ts';

/** A driver takes `part` for itself; the ending with EBUSY where somebody else has some of it. */
export function claim(draft: Draft, part: Range, stage: Stage): Ending | null {
  const { range } = draft.request;
  const holder = draft.state.claimOn(part, range);
  const facts =
    holder === null
      ? { ...part }
      : { name: holder.name, start: Math.max(holder.start, part.start), end: Math.min(endOf(holder), endOf(part)) };
  if (draft.check('BUSY', holder === null, facts)) return null;
  const message = `could not reserve region [mem 0x${range.start.toString(16)}-0x${(endOf(range) - 1).toString(16)}]`;
  return { outcome: 'refused', reason: 'BUSY', facts, errno: 16, message, stage };
}

/** The part that nsio_rw_bytes() needs before anything is read or written: the info block, rounded up to pages. */
export function headOf(kernel: Kernel, range: Range): Range {
  return { start: range.start, size: Math.max(8192, kernel.pages.page) };
}
