import {
  ApplyPolicy,
  DiffReports,
  EnrolHost,
  ManageHosts,
  RequestRejudge,
  StoreBlob,
  SubmitCapture,
  SubmitReport,
  WaiveFindings,
} from '@altmap/core';
import type { Config, Logger, Metrics } from '@altmap/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import type { ApiPorts } from './api-ports.ts';
import { FindingsController } from './exports/findings-controller.ts';
import { AlertResolver } from './graphql/alert-resolver.ts';
import { AuditResolver } from './graphql/audit-resolver.ts';
import { DeviceRangeResolver } from './graphql/device-range-resolver.ts';
import { FindingResolver } from './graphql/finding-resolver.ts';
import { graphqlModule } from './graphql/graphql-module.ts';
import { HostResolver } from './graphql/host-resolver.ts';
import { PolicyResolver } from './graphql/policy-resolver.ts';
import { ReceiverResolver } from './graphql/receiver-resolver.ts';
import { ReportResolver } from './graphql/report-resolver.ts';
import { SymbolHistoryResolver } from './graphql/symbol-history-resolver.ts';
import { TokenResolver } from './graphql/token-resolver.ts';
import { WaiverResolver } from './graphql/waiver-resolver.ts';
import { HealthController } from './health/health-controller.ts';
import { MetricsController } from './health/metrics-controller.ts';
import { Readiness } from './health/readiness.ts';
import { HomeController } from './home-controller.ts';
import { ArchivesController } from './intake/archives-controller.ts';
import { BlobsController } from './intake/blobs-controller.ts';
import { HostsController } from './intake/hosts-controller.ts';
import { ReportsController } from './intake/reports-controller.ts';
import { OpenapiController } from './openapi/openapi-controller.ts';
import {
  ALERTS,
  ALERT_SETTINGS,
  AUDIT,
  CLOCK,
  CONFIG,
  CONFIG_HISTORY,
  FINDING_EXPORTER,
  FLEET,
  METRICS,
  POLICIES,
  QUEUE,
  REJUDGES,
  TOKENS,
  WAIVERS,
} from './tokens.ts';

export interface ApiParts {
  readonly config: Config;
  readonly ports: ApiPorts;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Puts the use-cases together from the ports, for the controllers. */
@Module({})
export class ApiModule {
  static of({ config, ports, logger, metrics }: ApiParts): DynamicModule {
    const { hosts, reports, blobs, fleet, audit, queue, clock } = ports;
    const { waivers, policies, rejudges, findingExporter } = ports;
    const onEnqueueError = (error: unknown, reportId: string): void =>
      logger.warn({ err: error, reportId }, 'a stored report was not enqueued: the sweeper will do it');
    const onJobError = (error: unknown): void =>
      logger.warn({ err: error }, 'a stored job was not enqueued: the sweeper will do it');
    const requestRejudge = new RequestRejudge({ rejudges, clock, queue, onEnqueueError: onJobError });
    return {
      module: ApiModule,
      imports: [graphqlModule({ config, fleet, waivers, logger })],
      controllers: [
        HomeController,
        HealthController,
        MetricsController,
        HostsController,
        ReportsController,
        BlobsController,
        FindingsController,
        ArchivesController,
        OpenapiController,
      ],
      providers: [
        { provide: METRICS, useValue: metrics },
        { provide: FLEET, useValue: fleet },
        { provide: AUDIT, useValue: audit },
        { provide: CONFIG_HISTORY, useValue: ports.configHistory },
        { provide: CLOCK, useValue: clock },
        { provide: CONFIG, useValue: config },
        { provide: DiffReports, useFactory: () => new DiffReports(fleet, blobs) },
        { provide: ManageHosts, useFactory: () => new ManageHosts(hosts, clock) },
        HostResolver,
        ReportResolver,
        DeviceRangeResolver,
        FindingResolver,
        AuditResolver,
        AlertResolver,
        ReceiverResolver,
        TokenResolver,
        { provide: TOKENS, useValue: ports.tokens },
        { provide: ALERTS, useValue: ports.alerts },
        { provide: ALERT_SETTINGS, useValue: ports.alertSettings },
        { provide: QUEUE, useValue: queue },
        SymbolHistoryResolver,
        WaiverResolver,
        PolicyResolver,
        { provide: WAIVERS, useValue: waivers },
        { provide: POLICIES, useValue: policies },
        { provide: REJUDGES, useValue: rejudges },
        { provide: FINDING_EXPORTER, useValue: findingExporter },
        { provide: RequestRejudge, useValue: requestRejudge },
        { provide: ApplyPolicy, useFactory: () => new ApplyPolicy(policies, requestRejudge, clock) },
        {
          provide: WaiveFindings,
          useFactory: () => new WaiveFindings({ waivers, queue, clock, onEnqueueError: onJobError }),
        },
        { provide: EnrolHost, useFactory: () => new EnrolHost(hosts, clock) },
        { provide: SubmitReport, useFactory: () => new SubmitReport(reports, queue, clock, onEnqueueError) },
        {
          provide: SubmitCapture,
          inject: [SubmitReport],
          useFactory: (submitReport: SubmitReport) => new SubmitCapture(blobs, submitReport, clock),
        },
        { provide: StoreBlob, useFactory: () => new StoreBlob(blobs, clock) },
        { provide: Readiness, useFactory: () => new Readiness(ports, config.ALTMAP_WORKER_SILENT_SECONDS, logger) },
      ],
    };
  }
}
