import type { FleetReader } from '@altmap/core';
import { createFindingsByHost } from './finding-resolver.ts';
import { createHostById } from './host-resolver.ts';
import { createRangesByVerdictSet, createReportById } from './report-resolver.ts';
import { createVerdictsByRange } from './device-range-resolver.ts';

/** What resolvers share within one request: loaders, which gather what many of them ask for into one query each. */
export interface GraphContext {
  readonly loaders: ReturnType<typeof createLoaders>;
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

export const createGraphContext = (fleet: FleetReader): GraphContext => ({ loaders: createLoaders(fleet) });
