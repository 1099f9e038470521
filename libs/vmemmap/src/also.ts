import { endOf, isAligned } from './align.ts';
import { COMPAT_ALIGN, type Kernel, MIN_NAMESPACE } from './kernel.ts';
import { linearMapOf } from './linear-map.ts';
import { foreignClaims, type PhysicalMap } from './physical-map.ts';
import type { PlugRequest, PlugResult, Warning } from './types.ts';

/** Checks that need no state and would fail too, were what stopped the request mended: the rest of the bad news. */
export function alsoFailing(
  kernel: Kernel,
  physical: PhysicalMap,
  request: PlugRequest,
  result: PlugResult,
): readonly Warning[] {
  if (result.outcome !== 'refused' && result.outcome !== 'unsupported' && result.outcome !== 'oops') return [];
  const seen = new Set(result.steps.map((step) => step.id));
  return [...failing(kernel, physical, request)].filter(
    ({ code }) => !result.reason.startsWith(code) && !seen.has(code),
  );
}

function* failing(kernel: Kernel, physical: PhysicalMap, request: PlugRequest): Generator<Warning> {
  const { range } = request;
  const { start, size } = range;
  const end = endOf(range);
  if (request.mode !== 'raw') {
    if (size < MIN_NAMESPACE) yield { code: 'NAMESPACE_TOO_SMALL', facts: { size, minimum: MIN_NAMESPACE } };
    if (!isAligned(start, COMPAT_ALIGN)) yield { code: 'START_MISALIGNED', facts: { start, required: COMPAT_ALIGN } };
  }
  const holder = foreignClaims(physical, range)[0];
  if (holder !== undefined)
    yield {
      code: 'BUSY',
      facts: { name: holder.name, start: Math.max(holder.start, start), end: Math.min(endOf(holder), end) },
    };
  const { candidates } = linearMapOf(kernel, physical.boot);
  const first = candidates[0];
  if (first === undefined || request.mode === 'raw') return;
  if (candidates.every((limits) => end > limits.physEnd))
    yield { code: 'PHYS_BITS', facts: { end, limit: first.physEnd } };
  if (candidates.every((limits) => start < limits.start || end > limits.linearEnd))
    yield { code: 'LINEAR_MAP', facts: { start, end, limitStart: first.start, limitEnd: first.linearEnd } };
}
