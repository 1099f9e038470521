import type { Environment } from '@altmap/platform';
import { tokenCreate } from './administration.ts';
import { startSystem } from './start-system.ts';
import { untilStopped } from './until-stopped.ts';

export type Print = (text: string) => void;

/** What `npm start` runs: everything in one process, until Ctrl-C. Data stays in ALTMAP_DATA_DIR. */
export async function serve(environment: Environment, print: Print): Promise<void> {
  const started = performance.now();
  // Whoever sits before it reads what is printed here; its log has only what went wrong, unless asked for more.
  const system = await startSystem({ ALTMAP_LOG_LEVEL: 'warn', ...environment });
  const stopped = untilStopped();
  print(`Altmap is ready on ${system.apiUrl} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
  print(
    `  GraphQL   ${system.apiUrl}/graphql\n  API       ${system.apiUrl}/v1/openapi.json\n  Metrics   ${system.apiUrl}/metrics`,
  );
  if (system.isNew) {
    const at = { ...environment, ALTMAP_DATABASE_URL: system.databaseUrl };
    const reader = await tokenCreate(at, { kind: 'reader', name: 'first start' });
    const enroll = await tokenCreate(at, { kind: 'enroll', name: 'first start' });
    print('\nMade at this first start, shown only now (altmap token create makes more, altmap token revoke ends one):');
    print(`  reader token      ${reader.token}\n  enrolment token   ${enroll.token}`);
  }
  print('\nCtrl-C stops it.');
  await stopped;
  print('Stopping ...');
  await system.stop();
}
