import type { Environment } from '@altmap/platform';

/** Whether the configuration names an outside Postgres; else the embedded one is meant. */
export function namesDatabase(environment: Environment): boolean {
  return Boolean(environment['ALTMAP_DATABASE_URL'] || environment['ALTMAP_DATABASE_URL_FILE']);
}
