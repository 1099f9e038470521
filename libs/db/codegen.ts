/** Writes src/schema.generated.ts: `node libs/db/codegen.ts`. A test tells when the file is not what this would write. */
import { writeFile } from 'node:fs/promises';
import { startPostgres } from '@altmap/testkit';
import { renderSchema } from './render-schema.ts';

const postgres = await startPostgres();
try {
  await writeFile(new URL('./src/schema.generated.ts', import.meta.url), await renderSchema(postgres.url));
} finally {
  await postgres.stop();
}
