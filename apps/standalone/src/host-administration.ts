import {
  DiffReports,
  type HostFilter,
  type HostRow,
  ManageHosts,
  type ReportRow,
  type SymbolChangeRow,
  systemClock,
} from '@altmap/core';
import type { Repositories } from '@altmap/db';
import type { Environment } from '@altmap/platform';
import type { ReportDiff } from '@altmap/policy';
import { commandLine, configOf, onDatabase } from './administration.ts';

export interface ListedHost extends HostRow {
  /** It was not heard of for ALTMAP_HOST_STALE_HOURS. */
  readonly stale: boolean;
}

const PAGE = 200;

const onHosts = <T>(environment: Environment, work: (repositories: Repositories) => Promise<T>): Promise<T> =>
  onDatabase(configOf(environment).ALTMAP_DATABASE_URL, work);

/** All hosts that were not removed, by name; with `stale` only those that are, or that are not. */
export function hostList(
  environment: Environment,
  { labels, stale }: { labels: Readonly<Record<string, string>>; stale?: boolean },
): Promise<readonly ListedHost[]> {
  const before = new Date(systemClock.now().getTime() - configOf(environment).ALTMAP_HOST_STALE_HOURS * 3_600_000);
  const filter: HostFilter = {
    labels,
    ...(stale === undefined ? {} : { [stale ? 'seenBefore' : 'seenSince']: before }),
  };
  return onHosts(environment, async ({ fleet }) => {
    const hosts: ListedHost[] = [];
    for (let after: string | null = null; ; ) {
      const { items, hasNextPage } = await fleet.hosts(filter, { first: PAGE, after });
      hosts.push(...items.map(({ node }) => ({ ...node, stale: node.lastSeenAt < before })));
      after = items.at(-1)?.cursor ?? null;
      if (!hasNextPage) return hosts;
    }
  });
}

/** Gives the labels that the host has then. @throws AltmapError E_NOT_FOUND, E_CONFLICT, E_VALIDATION */
export function hostLabel(
  environment: Environment,
  idOrName: string,
  change: { set: Readonly<Record<string, string>>; remove: readonly string[] },
): Promise<Readonly<Record<string, string>>> {
  return onHosts(environment, async ({ hosts }) => {
    const manage = new ManageHosts(hosts, systemClock);
    return manage.label(commandLine(), await manage.idOf(idOrName), change);
  });
}

/** Gives the id of the host that was removed. @throws AltmapError E_NOT_FOUND, E_CONFLICT */
export function hostRemove(environment: Environment, idOrName: string): Promise<string> {
  return onHosts(environment, async ({ hosts }) => {
    const manage = new ManageHosts(hosts, systemClock);
    const id = await manage.idOf(idOrName);
    await manage.remove(commandLine(), id);
    return id;
  });
}

/** The reports of a host that are still kept, newest first. @throws AltmapError E_NOT_FOUND, E_CONFLICT */
export function hostReports(environment: Environment, idOrName: string, limit: number): Promise<readonly ReportRow[]> {
  return onHosts(environment, async ({ fleet, hosts }) => {
    const id = await new ManageHosts(hosts, systemClock).idOf(idOrName);
    const { items } = await fleet.reportsOfHost(id, { first: limit, after: null });
    return items.map(({ node }) => node);
  });
}

/** What differs between two reports. @throws AltmapError E_NOT_FOUND */
export function reportDiff(environment: Environment, before: string, after: string): Promise<ReportDiff> {
  return onHosts(environment, ({ fleet, blobs }) => new DiffReports(fleet, blobs).diff(before, after));
}

export interface HostSymbolChange extends SymbolChangeRow {
  readonly hostName: string;
}

/** When a config symbol changed on which hosts, newest first. @throws AltmapError E_NOT_FOUND, E_CONFLICT for the host */
export function symbolHistory(
  environment: Environment,
  { symbol, host, limit }: { symbol: string; host?: string; limit: number },
): Promise<readonly HostSymbolChange[]> {
  return onHosts(environment, async ({ configHistory, fleet, hosts }) => {
    const one = host === undefined ? {} : { hostId: await new ManageHosts(hosts, systemClock).idOf(host) };
    const { items } = await configHistory.symbolChanges({ symbol, ...one }, { first: limit, after: null });
    const changes = items.map(({ node }) => node);
    const rows = await fleet.hostsByIds([...new Set(changes.map(({ hostId }) => hostId))]);
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    return changes.map((change) => ({ ...change, hostName: names.get(change.hostId) ?? change.hostId }));
  });
}
