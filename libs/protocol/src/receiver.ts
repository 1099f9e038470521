import { z } from 'zod';

const Http = z.url({ protocol: /^https?$/, error: 'expected http://... or https://...' });
const Smtp = z.url({ protocol: /^smtps?$/, error: 'expected smtp://host:port or smtps://host:port' });
const Email = z.email('expected an e-mail address');
const MANY_EMAILS = 'expected 1 to 50 e-mail addresses';
const ROUTING_KEY = 'expected a routing key of 1 to 64 characters';
const NotEmpty = z.string().min(1, 'expected at least one character');
const Secret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
    'expected a Standard Webhooks secret: whsec_ and at least 24 bytes as base64',
  );

/** Where messages of one receiver go, by its kind. Passwords, keys and tokens in it are never shown again. */
export const ReceiverTarget = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    url: Http,
    /** Every message is signed with each: two while one replaces the other. */
    secrets: z.array(Secret).min(1).max(2),
  }),
  /** Slack's incoming webhooks, and what takes the same (Mattermost, Rocket.Chat). The URL is the secret. */
  z.strictObject({ kind: z.literal('slack'), url: Http }),
  z.strictObject({
    kind: z.literal('email'),
    url: Smtp,
    from: Email,
    to: z.array(Email, MANY_EMAILS).min(1, MANY_EMAILS).max(50, MANY_EMAILS),
    /** With a user, the connection must be encrypted. */
    user: NotEmpty.nullable(),
    password: NotEmpty.nullable(),
  }),
  /** Prometheus Alertmanager's API v2; the URL is that of its web page. */
  z.strictObject({ kind: z.literal('alertmanager'), url: Http, token: NotEmpty.nullable() }),
  /** PagerDuty's Events API v2. */
  z.strictObject({
    kind: z.literal('pagerduty'),
    url: Http,
    routingKey: z.string(ROUTING_KEY).min(1, ROUTING_KEY).max(64, ROUTING_KEY),
  }),
]);
export type ReceiverTarget = z.infer<typeof ReceiverTarget>;
export type ReceiverKind = ReceiverTarget['kind'];
export const RECEIVER_KINDS = [
  'webhook',
  'slack',
  'email',
  'alertmanager',
  'pagerduty',
] as const satisfies ReceiverKind[];
