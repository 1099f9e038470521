import { expect, it } from 'vitest';
import { receiverTargetOf } from './receiver-target-of.ts';

const secret = `whsec_${'A'.repeat(43)}=`;
const fresh = (): string => secret;

it('makes the secret of a webhook, and takes one that is given', () => {
  const said = { kind: 'webhook', url: 'https://hooks.example/altmap' } as const;
  expect(receiverTargetOf(said, fresh)).toEqual({ ...said, secrets: [secret] });
  const given = `whsec_${'B'.repeat(43)}=`;
  expect(receiverTargetOf({ ...said, secret: given }, fresh)).toEqual({ ...said, secrets: [given] });
});

it('takes what each kind needs', () => {
  const url = 'https://hooks.example/T0/xyz';
  expect(receiverTargetOf({ kind: 'slack', secret: url }, fresh)).toEqual({ kind: 'slack', url });
  expect(receiverTargetOf({ kind: 'slack', url, secret: null }, fresh)).toEqual({ kind: 'slack', url });
  const mail = { kind: 'email', url: 'smtp://mail.example:25', from: 'a@example.org', to: ['b@example.org'] } as const;
  expect(receiverTargetOf(mail, fresh)).toEqual({ ...mail, user: null, password: null });
  expect(receiverTargetOf({ ...mail, user: 'a', secret: 'b' }, fresh)).toEqual({ ...mail, user: 'a', password: 'b' });
  expect(receiverTargetOf({ kind: 'pagerduty', secret: 'key' }, fresh)).toEqual({
    kind: 'pagerduty',
    url: 'https://events.pagerduty.com/v2/enqueue',
    routingKey: 'key',
  });
  const alertmanager = { kind: 'alertmanager', url: 'http://am:9093' } as const;
  expect(receiverTargetOf(alertmanager, fresh)).toEqual({ ...alertmanager, token: null });
});

it.each([
  [{ kind: 'webhook' }, 'url', 'expected http://'],
  [{ kind: 'webhook', url: 'ftp://x' }, 'url', 'expected http://'],
  [{ kind: 'webhook', url: 'http://x', secret: 'hunter2' }, 'secret', 'expected a Standard Webhooks secret'],
  [{ kind: 'webhook', url: 'http://x', from: 'a@example.org' }, 'from', 'only a receiver of kind email'],
  [{ kind: 'slack' }, 'secret', 'expected http://'],
  [{ kind: 'slack', secret: 'hunter2' }, 'secret', 'expected http://'],
  [{ kind: 'slack', url: 'http://x', secret: 'http://hunter2' }, 'secret', 'expected the URL once'],
  [{ kind: 'email', url: 'smtp://x', to: ['b@example.org'] }, 'from', 'expected an e-mail address'],
  [{ kind: 'email', url: 'smtp://x', from: 'a@example.org' }, 'to', 'expected 1 to 50 e-mail addresses'],
  [{ kind: 'email', url: 'smtp://x', from: 'a@example.org', to: ['b'] }, 'to', 'expected an e-mail address'],
  [{ kind: 'email', url: 'http://x', from: 'a@example.org', to: ['b@example.org'] }, 'url', 'expected smtp://'],
  [{ kind: 'pagerduty' }, 'secret', 'expected a routing key of 1 to 64 characters'],
  [{ kind: 'pagerduty', secret: 'hunter2'.repeat(10) }, 'secret', 'expected a routing key of 1 to 64 characters'],
  [{ kind: 'alertmanager', url: 'http://am', secret: '' }, 'secret', 'expected at least one character'],
  [{ kind: 'alertmanager', url: 'http://am', secret: 'hunter2\r\nx: y' }, 'secret', 'expected no control characters'],
  [{ kind: 'alertmanager', url: 'http://am', secret: 'hunter2'.repeat(600) }, 'secret', 'expected at most 4096'],
] as const)('names the member that is wrong in %j, and says no secret', (said, path, message) => {
  const make = () => receiverTargetOf(said, fresh);
  expect(make).toThrow(`${path}: ${message}`);
  expect(make).toThrow(
    expect.objectContaining({
      code: 'E_VALIDATION',
      extra: { issues: [{ path, message: expect.stringContaining(message) }] },
    }),
  );
  expect(make).not.toThrow(/hunter2/);
});
