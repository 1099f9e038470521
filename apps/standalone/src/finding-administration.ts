import {
  ActivePolicy,
  ApplyPolicy,
  EXPORT_FORMATS,
  type ExportedFinding,
  type ExportFormat,
  type FindingFilter,
  JudgeReport,
  type PolicyVersion,
  Rejudge,
  type RejudgeChangeRow,
  type RejudgeRun,
  RequestRejudge,
  systemClock,
  type Waiver,
  type WaiverFilter,
  type WaiverRequest,
  WaiveFindings,
} from '@altmap/core';
import type { Repositories } from '@altmap/db';
import type { Environment } from '@altmap/platform';
import { openCase } from '@altmap/policy';
import { AltmapError } from '@altmap/protocol';
import { ENGINE_VERSION } from '@altmap/vmemmap';
import { commandLine, configOf, onDatabase } from './administration.ts';

const PAGE = 200;

/** What a pass over all hosts found different. */
export interface Rejudged {
  readonly run: RejudgeRun;
  /** null for a dry run, and where no policy was applied by it. */
  readonly version: PolicyVersion | null;
}

const onRepositories = <T>(environment: Environment, work: (repositories: Repositories) => Promise<T>): Promise<T> =>
  onDatabase(configOf(environment).ALTMAP_DATABASE_URL, work);

/** The job is not enqueued: whoever asks here does the work. Alerts that are over are seen by the sweeper. */
function rejudging({ rejudges, checks, blobs, policies }: Repositories): { request: RequestRejudge; rejudge: Rejudge } {
  const clock = systemClock;
  const engineVersion = ENGINE_VERSION;
  const judgeReport = new JudgeReport({ checks, blobs, clock, openCase, engineVersion });
  return {
    request: new RequestRejudge({ rejudges, clock, queue: null, onEnqueueError: () => {} }),
    rejudge: new Rejudge({
      rejudges,
      checks,
      judgeReport,
      policies: new ActivePolicy(policies),
      clock,
      engineVersion,
      queue: null,
    }),
  };
}

async function carriedOut(
  repositories: Repositories,
  rejudge: Rejudge,
  run: RejudgeRun,
  each: (change: RejudgeChangeRow) => void,
): Promise<RejudgeRun> {
  await rejudge.handle({ runId: run.id });
  for (let after: string | null = null; ; ) {
    const { items, hasNextPage } = await repositories.rejudges.changes(run.id, { first: PAGE, after });
    for (const { node } of items) each(node);
    after = items.at(-1)?.cursor ?? null;
    if (!hasNextPage) break;
  }
  return (await repositories.rejudges.load(run.id)) ?? run;
}

/** Puts a policy in force, or only tries it; `each` gets what it changes. @throws AltmapError E_VALIDATION */
export function policyApply(
  environment: Environment,
  { text, dryRun }: { text: string; dryRun: boolean },
  each: (change: RejudgeChangeRow) => void,
): Promise<Rejudged> {
  return onRepositories(environment, async (repositories) => {
    const { request, rejudge } = rejudging(repositories);
    const applyPolicy = new ApplyPolicy(repositories.policies, request, systemClock);
    const { version, run } = await applyPolicy.apply(text, dryRun, commandLine());
    return { version, run: await carriedOut(repositories, rejudge, run, each) };
  });
}

/** Judges the latest report of every host by this engine and the policy in force. */
export function rejudgeAll(
  environment: Environment,
  { dryRun }: { dryRun: boolean },
  each: (change: RejudgeChangeRow) => void,
): Promise<Rejudged> {
  return onRepositories(environment, async (repositories) => {
    const { request, rejudge } = rejudging(repositories);
    const run = await request.request({ dryRun, candidate: null }, commandLine());
    return { version: null, run: await carriedOut(repositories, rejudge, run, each) };
  });
}

/** Newest first. */
export function policyList(environment: Environment): Promise<readonly PolicyVersion[]> {
  return onRepositories(environment, ({ policies }) => policies.list(PAGE));
}

const waiveFindings = ({ waivers }: Repositories): WaiveFindings =>
  new WaiveFindings({ waivers, clock: systemClock, queue: null, onEnqueueError: () => {} });

/** `host` is an id or a name. @throws AltmapError E_VALIDATION, E_NOT_FOUND, E_CONFLICT for a name of several hosts */
export function waiverAdd(
  environment: Environment,
  { host, ...request }: Omit<WaiverRequest, 'hostId'> & { host: string | null },
): Promise<{ waiver: Waiver; waived: number }> {
  return onRepositories(environment, async (repositories) => {
    const hostId = host === null ? null : await hostIdOf(repositories, host);
    return waiveFindings(repositories).add({ ...request, hostId }, commandLine());
  });
}

async function hostIdOf({ fleet }: Repositories, idOrName: string): Promise<string> {
  const [byId] = await fleet.hostsByIds([idOrName]);
  if (byId !== undefined) return byId.id;
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { items, hasNextPage } = await fleet.hosts({ name: idOrName }, { first: PAGE, after });
    ids.push(...items.filter(({ node }) => node.name === idOrName).map(({ node }) => node.id));
    after = items.at(-1)?.cursor ?? null;
    if (!hasNextPage) break;
  }
  const [id, ...others] = ids;
  if (id === undefined) throw new AltmapError('E_NOT_FOUND', `there is no host ${idOrName}`);
  if (others.length > 0) throw new AltmapError('E_CONFLICT', `several hosts are called ${idOrName}: ${ids.join(', ')}`);
  return id;
}

export function waiverList(environment: Environment, filter: WaiverFilter): Promise<readonly Waiver[]> {
  return onRepositories(environment, ({ waivers }) => waivers.list(filter));
}

/** @throws AltmapError E_NOT_FOUND */
export function waiverEnd(environment: Environment, id: string): Promise<{ reopened: number }> {
  return onRepositories(environment, (repositories) => waiveFindings(repositories).end(id, commandLine()));
}

/** Gives each finding that meets a filter to `each`, the newest first. */
export function findingsEach(
  environment: Environment,
  filter: FindingFilter,
  each: (finding: ExportedFinding) => void,
): Promise<void> {
  return onRepositories(environment, async ({ findingExporter }) => {
    for await (const findings of findingExporter.stream(filter)) findings.forEach(each);
  });
}

/** Gives the text of an export to `write`, piece by piece. */
export function findingsExport(
  environment: Environment,
  { format, filter }: { format: ExportFormat; filter: FindingFilter },
  write: (text: string) => Promise<void>,
): Promise<void> {
  return onRepositories(environment, async ({ findingExporter }) => {
    for await (const text of EXPORT_FORMATS[format].render(findingExporter.stream(filter))) await write(text);
  });
}
