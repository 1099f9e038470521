import type { AlertItem, AlertNotice } from '@altmap/protocol';

const ID = '0193559e-5f3c-7bb0-8a3e-9ad5ee3fae';

export function item(said: Partial<AlertItem> = {}): AlertItem {
  return {
    status: 'firing',
    findingId: `${ID}01`,
    episode: 1,
    code: 'CONFIG_UNSUPPORTED',
    severity: 'critical',
    subject: 'kernel config',
    summary: 'CONFIG_ZONE_DEVICE is not set & <b>nothing</b> works',
    firstSeenAt: '2026-11-20T10:00:00.000Z',
    resolvedAt: null,
    host: { id: `${ID}02`, name: 'host-1', labels: { rack: 'r7', 'data.center': 'fra' } },
    reportId: `${ID}03`,
    facts: { symbol: 'CONFIG_ZONE_DEVICE' },
    ...said,
  };
}

export function notice(said: Partial<AlertNotice> = {}): AlertNotice {
  return {
    rule: 'storage',
    group: { id: `${ID}04`, labels: { host: 'host-1' }, isStorm: false },
    sequence: 1,
    status: 'firing',
    open: 1,
    counts: { critical: 1, warning: 0, info: 0 },
    resolved: 0,
    repeatSeconds: 3_600,
    alerts: [item()],
    unlisted: 0,
    ...said,
  };
}

/** The end of what notice() said. */
export function resolved(): AlertNotice {
  return notice({
    sequence: 2,
    status: 'resolved',
    open: 0,
    counts: { critical: 0, warning: 0, info: 0 },
    resolved: 1,
    alerts: [item({ status: 'resolved', resolvedAt: new Date().toISOString() })],
  });
}
