import type { JobHandler } from '@altmap/core';
import { JOBS, type JobName } from '@altmap/protocol';
import { isJobName } from './registry.ts';

/** @throws Error listing every job that has no handler or several, and every handler of a job that does not exist. */
export function handlersByName(handlers: readonly JobHandler[]): Readonly<Record<JobName, JobHandler>> {
  const problems: string[] = [];
  const byName = Map.groupBy(handlers, ({ name }) => name);
  for (const name of Object.keys(JOBS).filter(isJobName)) {
    const count = byName.get(name)?.length ?? 0;
    if (count === 0) problems.push(`${name}: no handler`);
    if (count > 1) problems.push(`${name}: ${count} handlers, expected one`);
  }
  for (const name of byName.keys()) if (!isJobName(name)) problems.push(`${String(name)}: a handler, but no such job`);
  if (problems.length > 0) throw new Error(`the worker cannot start: ${problems.join('; ')}`);
  return Object.fromEntries(handlers.map((handler) => [handler.name, handler])) as Record<JobName, JobHandler>;
}
