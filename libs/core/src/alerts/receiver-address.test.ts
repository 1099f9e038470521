import { expect, it } from 'vitest';
import { receiverAddress } from './receiver-address.ts';

it('shows where a receiver is, and nothing that is secret', () => {
  const shown = [
    receiverAddress({ kind: 'webhook', url: 'https://u:hunter2@hooks.test/altmap?key=hunter2', secrets: ['hunter2'] }),
    receiverAddress({ kind: 'slack', url: 'https://hooks.slack.test/services/T0/hunter2' }),
    receiverAddress({
      kind: 'email',
      url: 'smtps://u:hunter2@mail.test:465',
      from: 'a@example.org',
      to: ['b@example.org'],
      user: 'u',
      password: 'hunter2',
    }),
    receiverAddress({ kind: 'alertmanager', url: 'http://am.test:9093/am', token: 'hunter2' }),
    receiverAddress({ kind: 'pagerduty', url: 'https://events.pagerduty.test/v2/enqueue', routingKey: 'hunter2' }),
  ];
  expect(shown).toEqual([
    'https://hooks.test/altmap',
    'https://hooks.slack.test/...',
    'b@example.org by smtps://mail.test:465',
    'http://am.test:9093/am',
    'https://events.pagerduty.test/v2/enqueue',
  ]);
});
