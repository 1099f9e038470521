import type { SharedCounter } from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
/** Into so many shares is the limit cut: each process tells the others when it has used one up. */
const SHARES = 10;
/** Whoever asks is not kept waiting by a counter that does not answer. */
const COUNTER_MS = 1_000;

export interface RateLimitParts {
  /** What is limited: in front of every key, so that limits do not count each other's requests. */
  readonly name: string;
  readonly requestsPerMinute: number;
  readonly counter: SharedCounter;
  /** Told when the shared count could not be kept: this process's own count holds then. */
  readonly onError: (error: unknown) => void;
}

/**
 * So many requests a minute for each key, over all API processes. The count is kept in memory; only a key that has used up a
 * tenth of its limit here is counted with the other processes, a tenth at a time: an agent that reports now and then costs
 * nothing, and who asks much cannot get more than the limit and a tenth of it from each further process.
 */
export class RateLimit {
  readonly #parts: RateLimitParts;
  readonly #own: RateLimiterMemory;
  readonly #share: number;

  constructor(parts: RateLimitParts) {
    this.#parts = parts;
    this.#own = new RateLimiterMemory({ points: parts.requestsPerMinute, duration: WINDOW_SECONDS });
    this.#share = Math.max(1, Math.floor(parts.requestsPerMinute / SHARES));
  }

  /** @throws AltmapError E_RATE_LIMITED */
  async consume(key: string): Promise<void> {
    const { consumedPoints } = await this.#consumeOwn(key);
    if (consumedPoints % this.#share !== 0) return;
    const { requestsPerMinute } = this.#parts;
    const counted = await this.#count(key);
    if (counted === null || counted.total <= requestsPerMinute) return;
    await this.#own.block(key, Math.max(1, Math.ceil(counted.msLeft / 1_000)));
    throw rateLimited(counted.msLeft);
  }

  async #consumeOwn(key: string): Promise<RateLimiterRes> {
    try {
      return await this.#own.consume(key);
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      throw rateLimited(reason.msBeforeNext);
    }
  }

  async #count(key: string): Promise<{ total: number; msLeft: number } | null> {
    const { name, counter, onError } = this.#parts;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the shared count was not kept in time')), COUNTER_MS);
    });
    const counted = counter.add(`${name}:${key}`, this.#share, WINDOW_MS);
    try {
      return await Promise.race([counted, late]);
    } catch (error) {
      counted.catch(() => {});
      onError(error);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

function rateLimited(msLeft: number): AltmapError {
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1_000));
  return new AltmapError('E_RATE_LIMITED', `expected a pause of ${retryAfter} seconds`, { retryAfter });
}
