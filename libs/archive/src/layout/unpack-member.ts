import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { packingOf } from '../stream/packing.ts';
import type { Member } from './member.ts';

/** The content of a member that may be packed by itself, as config.gz is. One layer; what is packed otherwise stays unread. */
export function unpackMember(content: Uint8Array, maxBytes: number): Member {
  const packing = packingOf(content);
  if (packing === null) return content;
  if (packing !== 'gzip' && packing !== 'zstd') return { unread: `packed with ${packing}, expected gzip or zstd` };
  const limit = { maxOutputLength: maxBytes };
  try {
    return packing === 'gzip' ? gunzipSync(content, limit) : zstdDecompressSync(content, limit);
  } catch (error) {
    if (error instanceof RangeError) return { unread: `more than ${maxBytes} bytes when unpacked` };
    return { unread: `no whole ${packing} stream: ${error instanceof Error ? error.message : String(error)}` };
  }
}
