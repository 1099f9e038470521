import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import { FakeJobQueue } from '../queue/fake-job-queue.ts';
import type { DeliveryAttempt } from './alert.ts';
import { TestReceiver } from './test-receiver.ts';

/** Workers that send each message after so long, with this answer; null: there is none. */
function testing(answers: readonly (string | null)[], afterMs: number | null) {
  const clock = new FakeClock();
  const queue = new FakeJobQueue();
  const written: { status: string; groupId: string; at: number }[] = [];
  const receiver = new TestReceiver({
    clock,
    queue,
    sleep: async (milliseconds) => clock.advance(milliseconds),
    manage: {
      testReceiver: async (_name, groupId, status) => {
        written.push({ status, groupId, at: clock.now().getTime() });
        return String(written.length - 1);
      },
    },
    alerts: {
      attempts: async (id): Promise<DeliveryAttempt[]> => {
        const message = written[Number(id)];
        if (message === undefined || afterMs === null || clock.now().getTime() < message.at + afterMs) return [];
        return [{ at: clock.now(), latencyMs: 3, status: 204, error: answers[Number(id)] ?? null }];
      },
    },
  });
  return { receiver, queue, written, clock };
}

it('sends an alert, and its end when the alert was taken', async () => {
  const { receiver, queue, written } = testing([null, null], 700);
  expect(await receiver.test('oncall')).toMatchObject([{ error: null }, { error: null }]);
  expect(written.map(({ status }) => status)).toEqual(['firing', 'resolved']);
  expect(new Set(written.map(({ groupId }) => groupId)).size).toBe(1);
  expect(queue.jobs.map(({ payload }) => payload)).toEqual([{ notificationId: '0' }, { notificationId: '1' }]);
});

it('sends no end of what was not taken', async () => {
  const { receiver, written } = testing(['answered 500'], 0);
  expect(await receiver.test('oncall')).toMatchObject([{ error: 'answered 500' }]);
  expect(written).toHaveLength(1);
});

it('waits a minute for both, and no longer', async () => {
  const { receiver, clock } = testing([], null);
  const started = clock.now().getTime();
  await expect(receiver.test('oncall')).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
  expect((clock.now().getTime() - started) / 60_000).toBeCloseTo(1, 1);
});
