import { freshDatabase } from '@altmap/testkit';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { printSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorsPage } from './errors-page.ts';
import { TestApi } from './testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase());
});
afterAll(() => api.close());

/** `npx vitest run apps/api/src/generated.test.ts -u` writes them. */
describe('generated files are current', () => {
  it('apps/api/schema.graphql', async () => {
    const { schema } = api.api.app.get(GraphQLSchemaHost, { strict: false });
    await expect(`${printSchema(schema)}\n`).toMatchFileSnapshot('../schema.graphql');
  });

  it('docs/errors.md', async () => {
    await expect(errorsPage()).toMatchFileSnapshot('../../../docs/errors.md');
  });
});
