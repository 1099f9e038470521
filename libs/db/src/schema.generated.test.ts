import { freshDatabase } from '@altmap/testkit';
import { expect, it } from 'vitest';
import { renderSchema } from '../test/render-schema.ts';

it('is what the migrations give: run `npx vitest run libs/db/src/schema -u` after adding one', async () => {
  await expect(await renderSchema(await freshDatabase())).toMatchFileSnapshot('./schema.generated.ts');
});
