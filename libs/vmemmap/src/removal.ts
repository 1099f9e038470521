import { endOf } from './align.ts';
import type { Kernel } from './kernel.ts';
import type { LiveDevice, MemoryState } from './memory-state.ts';

/**
 * Address whose struct page memunmap_pages() would read although no memory is behind it; null where removal is safe.
 * Every kernel reads the first data page's, those before v5.18 all of them.
 */
export function removalFault(kernel: Kernel, { sparse }: MemoryState, device: LiveDevice): number | null {
  if (device.mapped === null) return null;
  const first = sparse.firstMissing({ start: device.firstPage, size: 1 });
  if (first !== null) return first;
  const data = { start: device.firstPage, size: endOf(device.mapped) - device.firstPage };
  const any = data.size > 0 ? sparse.firstMissing(data) : null;
  return any !== null && kernel.is('removalTouchesAllPages') ? any : null;
}
