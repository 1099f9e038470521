import {
  CheckReport,
  type Clock,
  DeliverNotification,
  type JobHandler,
  type JobQueue,
  type Notifier,
  Retention,
  Sweep,
} from '@altmap/core';
import type { Repositories } from '@altmap/db';
import type { Config, Logger } from '@altmap/platform';
import type { OpenCase } from '@altmap/policy';
import type { DynamicModule } from '@nestjs/common';

/** Everything outside of the process that the worker talks to, and the engine that it runs. */
export interface WorkerParts {
  readonly config: Config;
  readonly repositories: Repositories;
  readonly queue: JobQueue;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly openCase: OpenCase;
  readonly engineVersion: string;
}

/** All job handlers, under which they are taken out of the container. */
export const HANDLERS = Symbol('HANDLERS');

/** Puts the handlers of all jobs together. Factories only: the bundle has no types left for Nest to read. */
export class WorkerModule {
  static of(parts: WorkerParts): DynamicModule {
    const { config, repositories, queue, notifier, clock, logger, openCase, engineVersion } = parts;
    const { checks, blobs, alerts, reports, heartbeats } = repositories;
    const retention = new Retention({
      retention: repositories.retention,
      clock,
      keepMs: config.ALTMAP_KEEP_DAYS * 86_400_000,
      keepReports: config.ALTMAP_KEEP_REPORTS,
    });
    const onEnqueueError = (error: unknown): void =>
      logger.warn({ err: error }, 'a stored notification was not enqueued: the sweeper will do it');
    const strandedAfterMs = config.ALTMAP_STRANDED_SECONDS * 1_000;
    return {
      module: WorkerModule,
      providers: [
        {
          provide: CheckReport,
          useFactory: () => new CheckReport({ checks, blobs, queue, clock, openCase, engineVersion, onEnqueueError }),
        },
        { provide: DeliverNotification, useFactory: () => new DeliverNotification(alerts, notifier, clock) },
        {
          provide: Sweep,
          useFactory: () => new Sweep({ reports, alerts, blobs, heartbeats, retention, queue, clock, strandedAfterMs }),
        },
        {
          provide: HANDLERS,
          useFactory: (...handlers: JobHandler[]) => handlers,
          inject: [CheckReport, DeliverNotification, Sweep],
        },
      ],
    };
  }
}
