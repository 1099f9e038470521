import type { FleetReader, Principal } from '@altmap/core';
import { createFindingsByHost } from './finding-resolver.ts';
import { createHostById } from './host-resolver.ts';
import { createRangesByVerdictSet, createReportById } from './report-resolver.ts';
import { createVerdictsByRange } from './device-range-resolver.ts';

/** What resolvers share within one request: loaders, which gather what many of them ask for into one query each. */
export interface GraphContext {
  readonly loaders: ReturnType<typeof createLoaders>;
  /** Who asks. Whoever gets to a resolver may read; for more, see requireScope(). Null where the gate let nobody in. */
  readonly principal: Principal | null;
}

function createLoaders(fleet: FleetReader) {
  return {
    hostById: createHostById(fleet),
    reportById: createReportById(fleet),
    rangesByVerdictSet: createRangesByVerdictSet(fleet),
    verdictsByRange: createVerdictsByRange(fleet),
    findingsByHost: createFindingsByHost(fleet),
  };
}

export const createGraphContext = (fleet: FleetReader, principal: Principal | null): GraphContext => ({
  loaders: createLoaders(fleet),
  principal,
});
