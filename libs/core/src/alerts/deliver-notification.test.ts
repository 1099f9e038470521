import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import type { DeliveryAttempt, NotificationToSend } from './alert.ts';
import { DeliverNotification } from './deliver-notification.ts';
import { FakeAlertRepository } from './fake-alert-repository.ts';

const at = new Date('2026-11-20T09:00:00.000Z');
const taken: DeliveryAttempt = { at, latencyMs: 12, status: 204, error: null };
const refused: DeliveryAttempt = { at, latencyMs: 3, status: 503, error: 'HTTP 503' };

const notification: NotificationToSend = {
  id: 'n',
  findingId: 'f',
  episode: 1,
  receiverId: 'r',
  event: 'opened',
  createdAt: at,
  state: 'pending',
  finding: {
    id: 'f',
    hostId: 'h',
    key: 'k',
    code: 'C',
    severity: 'critical',
    subject: 's',
    summary: 's',
    facts: {},
    episode: 1,
    firstSeenAt: at,
    lastSeenAt: at,
    resolvedAt: null,
    reportId: 'p',
  },
  host: { id: 'h', machine: 'm', name: 'node-1', labels: {} },
  receiver: { id: 'r', name: 'ops', url: 'https://example.org/hook', secret: 'whsec_c2Vj' },
};

function setUp(...answers: DeliveryAttempt[]) {
  const alerts = new FakeAlertRepository();
  alerts.notifications.set('n', notification);
  const sent: NotificationToSend[] = [];
  const send = async (one: NotificationToSend): Promise<DeliveryAttempt> => {
    sent.push(one);
    return answers.shift() ?? taken;
  };
  return { alerts, sent, deliver: new DeliverNotification(alerts, { send }, new FakeClock()) };
}

const job = { notificationId: 'n' };

it('sends what is pending, and keeps the attempt', async () => {
  const { alerts, sent, deliver } = setUp();
  await deliver.handle(job);
  expect(sent).toEqual([notification]);
  expect(alerts.attempts).toEqual([{ notificationId: 'n', ...taken }]);
  expect(alerts.notifications.get('n')?.state).toBe('sent');
});

it('sends nothing a second time when the job runs again', async () => {
  const { sent, deliver } = setUp();
  await deliver.handle(job);
  await deliver.handle(job);
  expect(sent).toHaveLength(1);
});

it('keeps a failed attempt, names the receiver, and sends again at the next try', async () => {
  const { alerts, deliver } = setUp(refused);
  await expect(deliver.handle(job)).rejects.toThrow('receiver ops: HTTP 503');
  expect(alerts.notifications.get('n')?.state).toBe('pending');
  await deliver.handle(job);
  expect(alerts.attempts.map((attempt) => attempt.status)).toEqual([503, 204]);
});

it('keeps the reason when nobody took it, and sends it no more', async () => {
  const { alerts, sent, deliver } = setUp();
  await deliver.dead(job, 'receiver ops: HTTP 503');
  expect(alerts.failures.get('n')).toBe('receiver ops: HTTP 503');
  await deliver.handle(job);
  expect(sent).toEqual([]);
});

it('does nothing for a notification that is gone', async () => {
  const { sent, deliver } = setUp();
  await deliver.handle({ notificationId: 'unknown' });
  expect(sent).toEqual([]);
});
