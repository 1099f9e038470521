import { z } from 'zod';

export const Severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** One finding that a message tells of. */
const AlertItem = z.object({
  status: z.enum(['firing', 'resolved']),
  findingId: z.uuid(),
  episode: z.int().describe('How often the matter has come up'),
  code: z.string(),
  severity: Severity,
  subject: z.string().describe('What it is about: a device range, or "kernel config"'),
  summary: z.string(),
  firstSeenAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
  host: z.object({ id: z.uuid(), name: z.string(), labels: z.record(z.string(), z.string()) }),
  reportId: z.uuid(),
  facts: z.record(z.string(), z.unknown()),
});
export type AlertItem = z.infer<typeof AlertItem>;

/** What one message says of a group of alerts: what is new since the last one, or everything again after repeatSeconds. */
export const AlertNotice = z.object({
  rule: z.string().describe('Name of the rule that asked for it'),
  group: z.object({
    id: z.uuid(),
    labels: z.record(z.string(), z.string()).describe('What the alerts of the group have in common'),
    isStorm: z.boolean().describe('A summary, in place of very many messages at once'),
  }),
  sequence: z.int().describe('Counts the messages of the group: of two, the higher one is the later'),
  status: z.enum(['firing', 'resolved']).describe('resolved: no alert of the group is left'),
  open: z.int().describe('Alerts of the group that are firing after this'),
  counts: z.object({ critical: z.int(), warning: z.int(), info: z.int() }).describe('Firing ones told here'),
  resolved: z.int().describe('Resolved ones told here'),
  repeatSeconds: z.int().describe('The message is repeated after so long, while anything is firing'),
  alerts: z.array(AlertItem),
  unlisted: z.int().describe('How many alerts are told by this message without being in the list'),
});
export type AlertNotice = z.infer<typeof AlertNotice>;

/** Body of an alert webhook. Signed as Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature. */
export const AlertWebhook = z
  .object({
    type: z.enum(['alerts.firing', 'alerts.resolved']),
    timestamp: z.iso.datetime(),
    data: AlertNotice,
  })
  .meta({ id: 'AlertWebhook' });
export type AlertWebhook = z.infer<typeof AlertWebhook>;
