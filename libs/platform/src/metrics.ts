import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric that we have, by the name under which code finds it. Labels are bounded sets: never a host, a token or an id. */
export interface Metrics {
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpSeconds: Histogram<'method' | 'route'>;
  readonly reports: Counter<'answer'>;
  readonly blobBytes: Counter;
  readonly jobs: Counter<'name' | 'result'>;
  readonly jobSeconds: Histogram<'name'>;
  readonly queueJobs: Gauge<'queue' | 'state'>;
  readonly findings: Counter<'change' | 'severity'>;
  readonly notifications: Counter<'receiver' | 'result'>;
  readonly openFindings: Gauge<'severity' | 'code'>;
  readonly oldestUnsent: Gauge;
  readonly contentType: string;
  /** Runs when somebody reads the metrics, before they are given: for gauges that are looked up and not counted. */
  onScrape(refresh: () => Promise<void>): void;
  /** Prometheus text format. */
  text(): Promise<string>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own for each call, so that one process can hold several servers (tests do). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const refreshers: (() => Promise<void>)[] = [];
  return {
    httpRequests: new Counter({
      name: 'altmap_http_requests_total',
      help: 'HTTP requests that were answered; route is the pattern, "none" where there is none',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'altmap_http_request_seconds',
      help: 'Time from a request to the end of its answer',
      labelNames: ['method', 'route'],
      buckets: SECONDS,
      registers,
    }),
    reports: new Counter({
      name: 'altmap_reports_total',
      help: 'Reports by answer: accepted, unchanged, incomplete',
      labelNames: ['answer'],
      registers,
    }),
    blobBytes: new Counter({
      name: 'altmap_blob_bytes_total',
      help: 'Unpacked bytes of the evidence that was stored',
      registers,
    }),
    jobs: new Counter({
      name: 'altmap_jobs_total',
      help: 'Attempts to run a job: done, failed (will be tried again), dead (will not)',
      labelNames: ['name', 'result'],
      registers,
    }),
    jobSeconds: new Histogram({
      name: 'altmap_job_seconds',
      help: 'Time that one attempt to run a job took',
      labelNames: ['name'],
      buckets: SECONDS,
      registers,
    }),
    queueJobs: new Gauge({
      name: 'altmap_queue_jobs',
      help: 'Jobs in the queue now, by state',
      labelNames: ['queue', 'state'],
      registers,
    }),
    findings: new Counter({
      name: 'altmap_findings_total',
      help: 'Findings that were opened or resolved',
      labelNames: ['change', 'severity'],
      registers,
    }),
    notifications: new Counter({
      name: 'altmap_notifications_total',
      help: 'Attempts to deliver an alert, by the name of the receiver: sent, failed',
      labelNames: ['receiver', 'result'],
      registers,
    }),
    openFindings: new Gauge({
      name: 'altmap_open_findings',
      help: 'Findings that are open and not waived now, by severity and reason',
      labelNames: ['severity', 'code'],
      registers,
    }),
    oldestUnsent: new Gauge({
      name: 'altmap_oldest_unsent_notification_seconds',
      help: 'Age of the oldest notification that no receiver has taken and that is still tried; 0 when there is none',
      registers,
    }),
    contentType: registry.contentType,
    onScrape: (refresh) => {
      refreshers.push(refresh);
    },
    text: async () => {
      for (const refresh of refreshers) await refresh();
      return registry.metrics();
    },
  };
}
