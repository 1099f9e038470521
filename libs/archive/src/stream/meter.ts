import { setImmediate } from 'node:timers/promises';
import { AltmapError } from '@altmap/protocol';
import type { ArchiveLimits } from '../limits.ts';

/** A decompressor is asked for more after this many bytes at most, so that other work gets its turn. */
const SLICE = 64 * 1024;
const TURN = 1024 * 1024;

/** Counts what goes in and comes out, and ends the reading at the first bound that is passed. */
export class Meter {
  readonly limits: ArchiveLimits;
  readonly signal: AbortSignal;
  readonly #deadline: AbortSignal;
  /** What ends each promise that is waited for now. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #packed = 0;
  #unpacked = 0;
  #entries = 0;

  /** @param caller aborts the reading; its reason is thrown as it is. */
  constructor(limits: ArchiveLimits, caller?: AbortSignal) {
    this.limits = limits;
    this.#deadline = AbortSignal.timeout(limits.milliseconds);
    this.signal = caller === undefined ? this.#deadline : AbortSignal.any([caller, this.#deadline]);
    const giveUp = (): void => {
      for (const reject of this.#waiting) reject(this.#reason());
    };
    this.signal.addEventListener('abort', giveUp, { once: true });
  }

  /**
   * What `promise` gives, unless the time is up before. No race against one promise for the whole reading: that would keep all
   * that was ever waited for, which is the archive.
   */
  async inTime<T>(promise: Promise<T>): Promise<T> {
    this.check();
    const { promise: ended, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    try {
      return await Promise.race([promise, ended]);
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /** The incoming bytes in small slices; the event loop runs between two of them. */
  async *packed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const iterator = source[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (;;) {
        const { done, value } = await this.inTime(iterator.next());
        ended = done === true;
        if (ended) return;
        for (let at = 0; at < value.length; at += SLICE) {
          const slice = value.subarray(at, at + SLICE);
          this.#packed += slice.length;
          if (this.#packed > this.limits.packedBytes)
            throw new AltmapError('E_BODY_TOO_LARGE', `expected at most ${this.limits.packedBytes} bytes`);
          yield slice;
          await setImmediate();
          this.check();
        }
      }
    } finally {
      // Not awaited: a source that stalls would stall this as well.
      if (!ended) iterator.return?.()?.catch(() => {});
    }
  }

  /** The outgoing bytes. */
  async *unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    let turn = TURN;
    for await (const chunk of source) {
      this.#unpacked += chunk.length;
      this.announce(0);
      this.#checkRatio();
      this.check();
      yield chunk;
      if (this.#unpacked > turn) {
        turn = this.#unpacked + TURN;
        await setImmediate();
      }
    }
  }

  /** One more header of the archive. */
  entry(): void {
    this.#entries++;
    const { entries } = this.limits;
    if (this.#entries > entries) throw new AltmapError('E_ARCHIVE_ENTRIES', `expected at most ${entries} headers`);
  }

  /** A member says that so many bytes follow: refused before they do. */
  announce(bytes: number): void {
    const { unpackedBytes } = this.limits;
    if (this.#unpacked + bytes > unpackedBytes)
      throw new AltmapError('E_UNPACKED_TOO_LARGE', `expected at most ${unpackedBytes} bytes when unpacked`);
  }

  /** Throws when the time is up or the caller has given up. */
  check(): void {
    if (this.signal.aborted) throw this.#reason();
  }

  #checkRatio(): void {
    const { ratio, ratioFromBytes } = this.limits;
    if (this.#unpacked > ratioFromBytes && this.#unpacked > this.#packed * ratio)
      throw new AltmapError(
        'E_ARCHIVE_RATIO',
        `expected at most ${ratio} bytes for each packed byte, got ${this.#unpacked} from ${this.#packed}`,
      );
  }

  #reason(): unknown {
    if (!this.#deadline.aborted) return this.signal.reason;
    return new AltmapError('E_REQUEST_TIMEOUT', `expected the archive in ${this.limits.milliseconds} ms`);
  }
}
