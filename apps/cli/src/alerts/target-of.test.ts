import { expect, it } from 'vitest';
import { targetOf } from './target-of.ts';

const secret = `whsec_${'A'.repeat(43)}=`;
const fresh = (): string => secret;

it('makes the secret of a webhook, and takes one that is given', () => {
  const options = { kind: 'webhook', url: 'https://hooks.example/altmap' } as const;
  expect(targetOf(options, null, fresh)).toEqual({ ...options, secrets: [secret] });
  const given = `whsec_${'B'.repeat(43)}=`;
  expect(targetOf(options, given, fresh)).toEqual({ ...options, secrets: [given] });
});

it('takes what each kind needs', () => {
  expect(targetOf({ kind: 'slack' }, 'https://hooks.example/T0/xyz', fresh)).toEqual({
    kind: 'slack',
    url: 'https://hooks.example/T0/xyz',
  });
  const mail = { kind: 'email', url: 'smtp://mail.example:25', from: 'a@example.org', to: ['b@example.org'] } as const;
  expect(targetOf(mail, null, fresh)).toEqual({ ...mail, user: null, password: null });
  expect(targetOf({ kind: 'pagerduty' }, 'key', fresh)).toMatchObject({
    url: 'https://events.pagerduty.com/v2/enqueue',
    routingKey: 'key',
  });
  expect(targetOf({ kind: 'alertmanager', url: 'http://am:9093' }, null, fresh)).toMatchObject({ token: null });
});

it.each([
  [{ kind: 'webhook' }, null, '--url: '],
  [{ kind: 'webhook', url: 'ftp://x' }, null, '--url: expected http://'],
  [{ kind: 'webhook', url: 'http://x' }, 'hunter2', '--secret-file: expected a Standard Webhooks secret'],
  [{ kind: 'slack' }, 'hunter2', '--secret-file: expected http://'],
  [{ kind: 'email', url: 'smtp://x', to: ['b@example.org'] }, null, '--from: '],
  [{ kind: 'email', url: 'smtp://x', from: 'a@example.org' }, null, '--to: '],
  [{ kind: 'email', url: 'http://x', from: 'a@example.org', to: ['b@example.org'] }, null, '--url: expected smtp://'],
  [{ kind: 'pagerduty' }, null, '--secret-file: '],
] as const)('names the option that is wrong in %j', (options, given, message) => {
  const make = () => targetOf(options, given, fresh);
  expect(make).toThrow(message);
  expect(make).not.toThrow(/hunter2/);
});
