import { hostname } from 'node:os';
import { type Clock, type HeartbeatRepository, newId } from '@altmap/core';

const BEAT_MS = 5_000;

export interface HeartbeatOptions {
  readonly heartbeats: HeartbeatRepository;
  readonly clock: Clock;
  /** Told of a beat that was not kept. The next one is made all the same. */
  readonly onError: (error: unknown) => void;
}

/** Says in Postgres, every few seconds, that this worker lives. */
export class Heartbeat {
  readonly #id = newId();
  readonly #options: HeartbeatOptions;
  readonly #startedAt: Date;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Returns when the first beat is kept. */
  async start(): Promise<void> {
    await this.#beat();
    this.#timer = setInterval(() => {
      this.#beating = this.#beating.then(() => this.#beat()).catch(this.#options.onError);
    }, BEAT_MS);
  }

  /** Takes this worker's row away, so that nobody waits for it. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#options.heartbeats.remove(this.#id);
  }

  #beat(): Promise<void> {
    const { heartbeats, clock } = this.#options;
    const name = `${hostname()}:${process.pid}`;
    return heartbeats.beat({ id: this.#id, name, startedAt: this.#startedAt, at: clock.now() });
  }
}
