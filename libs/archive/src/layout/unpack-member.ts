import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { packingOf } from '../stream/packing.ts';
import type { Member } from './member.ts';

/** Unpacks members that are packed by themselves, as config.gz is, and no more of all of them together than a bound. */
export class MemberUnpacker {
  readonly #memberBytes: number;
  #left: number;

  /** Bytes of one member, and of all together, when unpacked. */
  constructor(memberBytes: number, allBytes: number) {
    this.#memberBytes = memberBytes;
    this.#left = allBytes;
  }

  /** One layer of gzip or zstd; what is packed otherwise stays unread, what is not packed is given back. */
  unpack(content: Uint8Array): Member {
    const packing = packingOf(content);
    if (packing === null) return content;
    if (packing !== 'gzip' && packing !== 'zstd') return { unread: `packed with ${packing}, expected gzip or zstd` };
    const maxOutputLength = Math.min(this.#memberBytes, this.#left);
    if (maxOutputLength < 1) return { unread: 'not unpacked: the members before it came to too many bytes' };
    try {
      const limit = { maxOutputLength };
      const unpacked = packing === 'gzip' ? gunzipSync(content, limit) : zstdDecompressSync(content, limit);
      this.#left -= unpacked.length;
      return unpacked;
    } catch (error) {
      if (!(error instanceof RangeError)) {
        return { unread: `no whole ${packing} stream: ${error instanceof Error ? error.message : String(error)}` };
      }
      this.#left -= maxOutputLength;
      return { unread: `more than ${maxOutputLength} bytes when unpacked` };
    }
  }
}
