import type { AlertNotice } from '@altmap/protocol';
import { newId } from '../clock.ts';

/** What `altmap receiver test` sends: an alert of least severity and then its end. `id` stands for its group and finding. */
export function testNotice(id: string, receiver: string, status: 'firing' | 'resolved', at: Date): AlertNotice {
  const firing = status === 'firing';
  return {
    rule: 'test',
    group: { id, labels: { receiver }, isStorm: false },
    sequence: firing ? 1 : 2,
    status,
    open: Number(firing),
    counts: { critical: 0, warning: 0, info: Number(firing) },
    resolved: Number(!firing),
    repeatSeconds: 60,
    alerts: [
      {
        status,
        findingId: id,
        episode: 1,
        code: 'TEST',
        severity: 'info',
        subject: 'test',
        summary: 'A test of this receiver: nothing is to be done.',
        firstSeenAt: at.toISOString(),
        resolvedAt: firing ? null : at.toISOString(),
        host: { id: newId(), name: 'altmap', labels: {} },
        reportId: newId(),
        facts: {},
      },
    ],
    unlisted: 0,
  };
}
