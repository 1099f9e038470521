import type { FleetReader, Principal, WaiverRepository } from '@altmap/core';
import { createEvidenceByReport, createFindingsByHost } from './finding-resolver.ts';
import { createHostById } from './host-resolver.ts';
import { createRangesByVerdictSet, createReportById } from './report-resolver.ts';
import { createVerdictsByRange } from './device-range-resolver.ts';
import { createWaiverById } from './waiver-resolver.ts';

/** What resolvers share within one request: loaders, which gather what many of them ask for into one query each. */
export interface GraphContext {
  readonly loaders: ReturnType<typeof createLoaders>;
  /** Who asks. Whoever gets to a resolver may read; for more, see requireScope(). Null where the gate let nobody in. */
  readonly principal: Principal | null;
}

function createLoaders(fleet: FleetReader, waivers: WaiverRepository) {
  return {
    hostById: createHostById(fleet),
    reportById: createReportById(fleet),
    rangesByVerdictSet: createRangesByVerdictSet(fleet),
    verdictsByRange: createVerdictsByRange(fleet),
    findingsByHost: createFindingsByHost(fleet),
    evidenceByReport: createEvidenceByReport(fleet),
    waiverById: createWaiverById(waivers),
  };
}

export const createGraphContext = (
  fleet: FleetReader,
  waivers: WaiverRepository,
  principal: Principal | null,
): GraphContext => ({
  loaders: createLoaders(fleet, waivers),
  principal,
});
