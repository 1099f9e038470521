import { readFileSync } from 'node:fs';
import { freshDatabase } from '@altmap/testkit';
import { expect, it } from 'vitest';
import { renderSchema } from '../render-schema.ts';

it('is what the migrations give: run `node libs/db/codegen.ts` after adding one', async () => {
  const file = readFileSync(new URL('./schema.generated.ts', import.meta.url), 'utf8');
  expect(file).toBe(await renderSchema(await freshDatabase()));
});
