import type { HeartbeatRepository } from '@altmap/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Heartbeat } from './heartbeat.ts';

class FakeHeartbeats implements HeartbeatRepository {
  readonly beats: { id: string; startedAt: Date; at: Date }[] = [];
  readonly removed: string[] = [];
  broken = false;

  async beat(beat: { id: string; name: string; startedAt: Date; at: Date }): Promise<void> {
    if (this.broken) throw new Error('no database');
    this.beats.push(beat);
  }
  async remove(id: string): Promise<void> {
    this.removed.push(id);
  }
  async latest(): Promise<Date | null> {
    return this.beats.at(-1)?.at ?? null;
  }
  async prune(): Promise<void> {}
  async probe(): Promise<void> {}
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('beats every five seconds, goes on after a beat that failed, and takes its row away in the end', async () => {
  const heartbeats = new FakeHeartbeats();
  const errors: unknown[] = [];
  const heartbeat = new Heartbeat({
    heartbeats,
    clock: { now: () => new Date() },
    onError: (error) => errors.push(error),
  });
  const started = Date.now();
  await heartbeat.start();
  await vi.advanceTimersByTimeAsync(5_000);
  heartbeats.broken = true;
  await vi.advanceTimersByTimeAsync(5_000);
  heartbeats.broken = false;
  await vi.advanceTimersByTimeAsync(5_000);
  await heartbeat.stop();
  await vi.advanceTimersByTimeAsync(20_000);

  expect(heartbeats.beats.map(({ at }) => at.getTime() - started)).toEqual([0, 5_000, 15_000]);
  expect(new Set(heartbeats.beats.map(({ startedAt }) => startedAt.getTime()))).toEqual(new Set([started]));
  expect(errors).toEqual([new Error('no database')]);
  expect(heartbeats.removed).toEqual([heartbeats.beats[0]?.id]);
});

it('does not start where the first beat cannot be kept', async () => {
  const heartbeats = new FakeHeartbeats();
  heartbeats.broken = true;
  const heartbeat = new Heartbeat({ heartbeats, clock: { now: () => new Date() }, onError: () => {} });
  await expect(heartbeat.start()).rejects.toThrow('no database');
});
