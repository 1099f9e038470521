import { type DeviceRange as HostRange, type HostFacts, readHost } from '@altmap/kernel-data';
import {
  ENGINE_VERSION,
  judge,
  type MemoryMap,
  type PlugRequest,
  type PlugResult,
  remediesFor,
  renderReason,
  type Target,
} from '@altmap/vmemmap';
import { type AsIsAnswer, judgeAsIs, type ObservedBlock } from './as-is.ts';
import type { Assessment, DeviceRange, Question, Verdict, VerdictRemedy } from './assessment.ts';
import { findingsOf } from './findings-of.ts';
import type { OpenCase, Setting } from './host-case.ts';
import { rangesOf } from './ranges-of.ts';
import { judgeMadeAnew } from './made-anew.ts';
import { BUILT_IN_POLICY } from './policy-file/built-in-policy.ts';
import { matchesHost } from './policy-file/matches-host.ts';
import type { HostTraits, PolicyTarget } from './policy-file/policy.ts';
import { heardCmdline, type JudgedTarget, ownTarget, PAGE_SIZES, plannedTargets, targetsOf } from './targets.ts';

/** More would not be read. */
const MOST_REMEDIES = 3;

/** What a report without /proc/iomem tells: the engine says that it is missing. */
const NO_MAP: MemoryMap = { entries: [], zeroed: false };

const BUILT_IN: Setting = { policy: BUILT_IN_POLICY, labels: {} };

/** Reads a host's evidence. Never throws for what a host sends: what cannot be read is in the diagnostics. */
export const openCase: OpenCase = (evidence, said, { policy, labels } = BUILT_IN) => {
  const facts = readHost(evidence, {
    release: said.release,
    ...(said.pageSize === null ? {} : { pageSize: said.pageSize }),
  });
  const { diagnostics, ranges, unplaced } = rangesOf(facts);
  const { pageSize, release, upstreamRelease } = facts;
  const host: HostTraits = { labels, pageSize, release: upstreamRelease?.release ?? release };
  const planned = policy.targets.filter((target) => matchesHost(target.hosts, host));
  return {
    input: inputOf(facts, ranges, planned),
    diagnostics: [...facts.diagnostics, ...diagnostics],
    assess: () => assess(facts, ranges, [...targetsOf(facts), ...plannedTargets(facts, planned)]),
    findings: (assessment) => findingsOf(policy, { assessment, host, own: ownTarget(facts), unplaced }),
  };
};

/** Everything that `assess` reads. */
function inputOf(facts: HostFacts, ranges: readonly HostRange[], planned: readonly PolicyTarget[]): unknown {
  return {
    release: facts.release?.raw ?? null,
    upstream: facts.upstreamRelease?.release.raw ?? null,
    pageSize: facts.pageSize,
    cmdline: heardCmdline(facts),
    map: facts.memoryMap,
    ranges: ranges.map((range) => {
      const { kind, state, numaNode, targetNode } = range;
      return { ...deviceRangeOf(range), kind, state, numaNode, targetNode, observed: observedBlock(range) };
    }),
    config: facts.config === null ? null : { complete: facts.config.complete, symbols: [...facts.config.symbols()] },
    ...(planned.length === 0 ? {} : { planned: planned.map(plannedInput) }),
  };
}

/** Which hosts a target is for is answered before: it changes no verdict. */
function plannedInput({ name, pageSize, release, config }: PolicyTarget): unknown {
  return { name, pageSize, release: release?.raw ?? null, config };
}

/** Every range under every target, both questions. */
export function assess(
  facts: HostFacts,
  hostRanges: readonly HostRange[],
  targets: readonly JudgedTarget[],
): Assessment {
  const makers = targetsOf(facts).flatMap(({ basis, target }) => (basis === 'what-if' ? [target] : []));
  const map = facts.memoryMap ?? NO_MAP;
  const ranges = hostRanges.map(deviceRangeOf);
  const verdicts = hostRanges.flatMap((hostRange) => {
    const answered = new Map<Target, readonly Answer[]>();
    return targets.flatMap((judged) => {
      const answers = answered.get(judged.target) ?? answersOf(judged.target, hostRange, facts, makers, map);
      answered.set(judged.target, answers);
      return answers.map((answer) => verdictOf(deviceRangeOf(hostRange), judged, answer));
    });
  });
  return { engineVersion: ENGINE_VERSION, ranges, verdicts };
}

interface Answer {
  readonly question: Question;
  readonly request: PlugRequest;
  readonly result: PlugResult;
  readonly remedies: readonly VerdictRemedy[];
}

/** Both questions about one range under one target, as far as they can be asked of it. */
function answersOf(
  target: Target,
  hostRange: HostRange,
  facts: HostFacts,
  makers: readonly Target[],
  map: MemoryMap,
): readonly Answer[] {
  const range = deviceRangeOf(hostRange);
  const { kind } = hostRange;
  const answer = (question: Question, { request, result }: AsIsAnswer): Answer => {
    const remedies = remediesFor(target, map, request, result)
      .slice(0, MOST_REMEDIES)
      .map(({ kind: what, summary, command, release, price }) => ({ kind: what, summary, command, release, price }));
    return { question, request, result, remedies };
  };
  const answers: Answer[] = [];
  const asIs =
    kind === 'namespace'
      ? judgeAsIs(target, makersOf(hostRange, facts, makers), map, range, observedBlock(hostRange))
      : kind === 'region'
        ? null
        : judgeVolatile(target, map, hostRange);
  if (asIs !== null) answers.push(answer('as-is', asIs));
  // Only libnvdimm has namespaces to make; an empty region holds nothing that could be booted.
  if (kind === 'namespace' || kind === 'region') answers.push(answer('made-anew', judgeMadeAnew(target, map, range)));
  return answers;
}

/**
 * Kernels that may have made the info block. The one that runs now has accepted it if the range is enabled: then a block for
 * map=dev was not made under larger pages (nd_pfn_validate(), since v5.4).
 */
function makersOf(range: HostRange, facts: HostFacts, all: readonly Target[]): readonly Target[] {
  const { pageSize } = facts;
  if (pageSize === null || range.state !== 'enabled' || range.map !== 'dev') return all;
  return all.filter((maker) => maker.pageSize <= pageSize);
}

/** Memory without a namespace (soft reserved, volatile CXL) becomes a dax device by itself, and system RAM where it is used so. */
function judgeVolatile(target: Target, map: MemoryMap, range: HostRange): AsIsAnswer {
  const request: PlugRequest = {
    range: { start: range.start, size: range.size },
    provider: range.provider,
    mode: range.kind === 'kmem' ? 'kmem' : 'devdax',
    map: 'mem',
    align: null,
    infoBlock: null,
    numaNode: range.targetNode ?? range.numaNode,
    volatile: range.provider === 'cxl',
  };
  return { request, result: judge(target, map, request) };
}

function observedBlock({ formatted, infoBlock }: HostRange): ObservedBlock {
  const pageSize = PAGE_SIZES.find((size) => size === infoBlock?.pageSize) ?? null;
  return { formatted, dataoff: infoBlock?.dataoff ?? null, endTrunc: infoBlock?.endTrunc ?? null, pageSize };
}

function deviceRangeOf(range: HostRange): DeviceRange {
  const { name, region, start, size, provider, mode, map, align } = range;
  return { name, region, start, size, provider, mode, map, align };
}

function verdictOf(range: DeviceRange, { basis, name, target }: JudgedTarget, answer: Answer): Verdict {
  const { question, remedies, request, result } = answer;
  return {
    range: range.name,
    basis,
    target: name,
    pageSize: target.pageSize,
    question,
    mode: request.mode,
    align: question === 'as-is' ? range.align : request.align,
    sentence: renderReason(result),
    result,
    remedies,
  };
}
