import { z } from 'zod';

export const Severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** Body of an alert webhook. Signed as Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature. */
export const AlertWebhook = z
  .object({
    type: z.enum(['finding.opened', 'finding.resolved']),
    timestamp: z.iso.datetime(),
    data: z.object({
      findingId: z.uuid(),
      code: z.string(),
      severity: Severity,
      subject: z.string().describe('What it is about: a device range, or "kernel config"'),
      summary: z.string(),
      firstSeenAt: z.iso.datetime(),
      resolvedAt: z.iso.datetime().nullable(),
      host: z.object({ id: z.uuid(), name: z.string(), labels: z.record(z.string(), z.string()) }),
      reportId: z.uuid(),
      facts: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ id: 'AlertWebhook' });
export type AlertWebhook = z.infer<typeof AlertWebhook>;
