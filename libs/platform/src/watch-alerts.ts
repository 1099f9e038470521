import type { Metrics } from './metrics.ts';

export interface AlertFigures {
  openFindings(): Promise<readonly { severity: string; code: string; count: number }[]>;
  oldestUnsent(): Promise<Date | null>;
}

/** Looks the gauges of findings and messages up when somebody reads the metrics; where that fails they are missing. */
export function watchAlerts(metrics: Metrics, figures: AlertFigures, onError: (error: unknown) => void): void {
  metrics.onScrape(async () => {
    try {
      const [open, oldest] = await Promise.all([figures.openFindings(), figures.oldestUnsent()]);
      metrics.openFindings.reset();
      for (const { severity, code, count } of open) metrics.openFindings.set({ severity, code }, count);
      metrics.oldestUnsent.set(oldest === null ? 0 : Math.max(0, (Date.now() - oldest.getTime()) / 1_000));
    } catch (error) {
      metrics.openFindings.reset();
      metrics.oldestUnsent.reset();
      onError(error);
    }
  });
}
