import { type AlertRule, newId, type Receiver } from '@altmap/core';
import type { Repositories } from '../src/create-repositories.ts';
import { event } from './events.ts';

/** A webhook receiver and a rule that tells it everything at once. */
export async function alerting(
  { alertSettings }: Repositories,
  said: Partial<AlertRule> = {},
): Promise<{ receiver: Receiver; rule: AlertRule }> {
  const secrets = [`whsec_${'A'.repeat(43)}=`];
  const receiver: Receiver = {
    id: newId(),
    name: `receiver ${newId()}`,
    target: { kind: 'webhook', url: 'http://127.0.0.1:9/hook', secrets },
  };
  await alertSettings.addReceiver(receiver, event());
  const rule: AlertRule = {
    id: newId(),
    name: `rule ${newId()}`,
    receiverId: receiver.id,
    minSeverity: 'info',
    matchers: [],
    groupBy: ['host'],
    groupWaitMs: 0,
    groupIntervalMs: 0,
    repeatIntervalMs: 86_400_000,
    stormGroups: 1_000,
    ...said,
  };
  await alertSettings.addRule(rule, event());
  return { receiver, rule };
}
