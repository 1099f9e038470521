import type { Clock } from './clock.ts';

/** Stands still until it is told otherwise. */
export class FakeClock implements Clock {
  #now = Date.parse('2026-11-20T09:00:00.000Z');

  now(): Date {
    return new Date(this.#now);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
