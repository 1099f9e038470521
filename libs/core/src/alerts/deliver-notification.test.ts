import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import { FakeJobQueue } from '../queue/fake-job-queue.ts';
import type { DeliveryAttempt, NotificationToSend } from './alert.ts';
import type { AlertRepository } from './alert-repository.ts';
import { DeliverNotification } from './deliver-notification.ts';
import { testNotice } from './test-notice.ts';

const at = new Date('2026-11-20T09:00:00.000Z');
const taken: DeliveryAttempt = { at, latencyMs: 12, status: 204, error: null };
const refused: DeliveryAttempt = { at, latencyMs: 3, status: 503, error: 'HTTP 503' };

const notification: NotificationToSend = {
  id: 'n',
  createdAt: at,
  state: 'pending',
  groupId: 'g',
  content: testNotice('g', 'ops', 'firing', at),
  receiver: { id: 'r', name: 'ops', target: { kind: 'slack', url: 'https://example.org/hook' } },
};

/** Of the outbox, what delivery uses: one notification in memory. */
function setUp(answers: DeliveryAttempt[] = [], said: Partial<NotificationToSend> = {}, hasNews = false) {
  const store = { notification: { ...notification, ...said }, attempts: [] as DeliveryAttempt[], failure: '' };
  const settle = (state: 'sent' | 'dead'): string | null => {
    store.notification = { ...store.notification, state };
    return hasNews ? '0193559e-5f3c-7bb0-8a3e-9ad5ee3fae10' : null;
  };
  const outbox: Pick<AlertRepository, 'load' | 'recordAttempt' | 'markDead'> = {
    load: async (id) => (id === 'n' ? store.notification : null),
    async recordAttempt(_id, attempt) {
      store.attempts.push(attempt);
      return attempt.error === null ? settle('sent') : null;
    },
    async markDead(_id, reason) {
      store.failure = reason;
      return settle('dead');
    },
  };
  const sent: NotificationToSend[] = [];
  const seen: DeliveryAttempt[] = [];
  const queue = new FakeJobQueue();
  const deliver = new DeliverNotification({
    alerts: outbox as AlertRepository,
    notifier: {
      async send(one) {
        sent.push(one);
        return answers.shift() ?? taken;
      },
    },
    queue,
    clock: new FakeClock(),
    onAttempt: (_notification, attempt) => seen.push(attempt),
  });
  return { store, sent, seen, queue, deliver };
}

const job = { notificationId: 'n' };

it('sends what is pending, and keeps the attempt', async () => {
  const { store, sent, seen, queue, deliver } = setUp();
  await deliver.handle(job);
  expect(sent).toEqual([notification]);
  expect(store).toMatchObject({ attempts: [taken], notification: { state: 'sent' } });
  expect([seen, queue.jobs]).toEqual([[taken], []]);
});

it('sends nothing a second time when the job runs again', async () => {
  const { sent, deliver } = setUp();
  await deliver.handle(job);
  await deliver.handle(job);
  expect(sent).toHaveLength(1);
});

it('keeps a failed attempt, names the receiver, and sends again at the next try', async () => {
  const { store, deliver } = setUp([refused]);
  await expect(deliver.handle(job)).rejects.toThrow('receiver ops: HTTP 503');
  expect(store.notification.state).toBe('pending');
  await deliver.handle(job);
  expect(store.attempts.map((attempt) => attempt.status)).toEqual([503, 204]);
});

it('keeps the reason when nobody took it, and sends it no more', async () => {
  const { store, sent, deliver } = setUp();
  await deliver.dead(job, 'receiver ops: HTTP 503');
  expect(store.failure).toBe('receiver ops: HTTP 503');
  await deliver.handle(job);
  expect(sent).toEqual([]);
});

it('tries a test once', async () => {
  const { store, deliver } = setUp([refused], { groupId: null });
  await deliver.handle(job);
  expect(store).toMatchObject({ failure: 'HTTP 503', notification: { state: 'dead' } });
});

it('has the group looked at when something came up meanwhile, taken or not', async () => {
  for (const end of ['handle', 'dead'] as const) {
    const { queue, deliver } = setUp([], {}, true);
    await (end === 'handle' ? deliver.handle(job) : deliver.dead(job, 'no'));
    expect(queue.jobs).toMatchObject([{ name: 'flush-alerts' }]);
  }
});

it('does nothing for a notification that is gone', async () => {
  const { sent, deliver } = setUp();
  await deliver.handle({ notificationId: 'unknown' });
  expect(sent).toEqual([]);
});
