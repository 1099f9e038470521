import type { PartKind } from '@altmap/protocol';

const SIGNS: readonly (readonly [PartKind, RegExp])[] = [
  ['config', /^(CONFIG_[A-Za-z0-9_]+=|# CONFIG_[A-Za-z0-9_]+ is not set$)/m],
  ['iomem', /^ *[0-9a-f]{8,16}-[0-9a-f]{8,16} : /m],
  ['ndctl', /^\s*[[{][\s\S]*"(dev|provider|regions|namespaces)"\s*:/],
  ['version', /^Linux version \S/],
];
/** Enough to tell: a .config begins with some lines of comment. */
const PROBE_BYTES = 64 * 1024;

/** What a file is by its content; null where it is nothing that is known. */
export function partKindOf(content: Uint8Array): PartKind | null {
  const text = new TextDecoder().decode(content.subarray(0, PROBE_BYTES));
  return SIGNS.find(([, sign]) => sign.test(text))?.[0] ?? null;
}
