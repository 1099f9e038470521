import {
  ActivePolicy,
  CheckReport,
  type Clock,
  type DeliveryAttempt,
  DeliverNotification,
  FlushAlerts,
  type JobHandler,
  type JobQueue,
  JudgeReport,
  type NotificationToSend,
  type Notifier,
  RecordConfigChange,
  Rejudge,
  Retention,
  Sweep,
  WaiveFindings,
} from '@altmap/core';
import type { Repositories } from '@altmap/db';
import type { Config, Logger, Metrics } from '@altmap/platform';
import { diffSymbols, type OpenCase } from '@altmap/policy';
import type { DynamicModule } from '@nestjs/common';

/** Everything outside of the process that the worker talks to, and the engine that it runs. */
export interface WorkerParts {
  readonly config: Config;
  readonly repositories: Repositories;
  readonly queue: JobQueue;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly openCase: OpenCase;
  readonly engineVersion: string;
}

/** All job handlers, under which they are taken out of the container. */
export const HANDLERS = Symbol('HANDLERS');

/** Puts the handlers of all jobs together. Factories only: the bundle has no types left for Nest to read. */
export class WorkerModule {
  static of(parts: WorkerParts): DynamicModule {
    const { config, repositories, queue, notifier, clock, logger, metrics, openCase, engineVersion } = parts;
    const { checks, blobs, alerts, reports, heartbeats, rejudges, waivers } = repositories;
    const configHistory = new RecordConfigChange(repositories.configHistory, blobs, diffSymbols);
    const retention = new Retention({
      retention: repositories.retention,
      clock,
      keepMs: config.ALTMAP_KEEP_DAYS * 86_400_000,
      keepReports: config.ALTMAP_KEEP_REPORTS,
    });
    const onEnqueueError = (error: unknown): void =>
      logger.warn({ err: error }, 'the job of a stored alert was not enqueued: the sweeper will do it');
    const policies = new ActivePolicy(repositories.policies);
    const waiveFindings = new WaiveFindings({ waivers, queue, clock, onEnqueueError });
    const strandedAfterMs = config.ALTMAP_STRANDED_SECONDS * 1_000;
    const hostGoneMs = config.ALTMAP_HOST_GONE_HOURS * 3_600_000;
    const onAttempt = ({ receiver }: NotificationToSend, { error }: DeliveryAttempt): void =>
      metrics.notifications.inc({ receiver: receiver.name, result: error === null ? 'sent' : 'failed' });
    return {
      module: WorkerModule,
      providers: [
        {
          provide: CheckReport,
          useFactory: () =>
            new CheckReport({
              checks,
              blobs,
              configHistory,
              policies,
              queue,
              clock,
              openCase,
              engineVersion,
              onEnqueueError,
            }),
        },
        {
          provide: FlushAlerts,
          useFactory: () => new FlushAlerts({ alerts, queue, clock, hostGoneMs }),
        },
        {
          provide: DeliverNotification,
          useFactory: () => new DeliverNotification({ alerts, notifier, queue, clock, onAttempt }),
        },
        {
          provide: Rejudge,
          useFactory: () => {
            const judgeReport = new JudgeReport({ checks, blobs, clock, openCase, engineVersion });
            return new Rejudge({ rejudges, checks, judgeReport, policies, queue, clock, engineVersion });
          },
        },
        {
          provide: Sweep,
          useFactory: () =>
            new Sweep({
              reports,
              alerts,
              blobs,
              heartbeats,
              retention,
              queue,
              clock,
              strandedAfterMs,
              rejudges,
              waiveFindings,
            }),
        },
        {
          provide: HANDLERS,
          useFactory: (...handlers: JobHandler[]) => handlers,
          inject: [CheckReport, FlushAlerts, DeliverNotification, Rejudge, Sweep],
        },
      ],
    };
  }
}
