import { AlertWebhook, ERROR_CODES, type ErrorCode, Problem } from '@altmap/protocol';
import { z } from 'zod';
import type { RouteAccess } from '../http/route-access.ts';
import { COMMON_ERRORS, OPERATIONS, type Operation, TOKEN_ERRORS } from './operations.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What the routes of today take. */
type TokenAccess = Exclude<RouteAccess, 'public' | 'operate' | 'admin'>;

const SCHEMES: Readonly<Record<TokenAccess, string>> = {
  agent: "A host's own token, from POST /v1/hosts: good for its own reports only",
  read: 'A token of a person or a program with the scope read: `altmap token create --kind reader` (or operator, or admin)',
  enroll: 'A token that may only enrol hosts: `altmap token create --kind enroll`',
};

const schemaUri = (id: string): string => `#/components/schemas/${id}`;

/** What a named format says, no pattern has to say again. */
const override: NonNullable<z.core.ToJSONSchemaParams['override']> = ({ jsonSchema }) => {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
};

/** The document says once which dialect it uses, and components are found by their place. */
function bare(json: z.core.JSONSchema.BaseSchema): JsonObject {
  delete json.$schema;
  delete json.$id;
  return json;
}

/** Schemas with a name go to the components, once; the others are written where they are used. */
class Components {
  /** JSON Schema 2020-12, which is what OpenAPI 3.1 takes. */
  readonly schemas: Record<string, JsonObject> = {};

  of(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const id = schema.meta()?.id;
    if (id === undefined) return bare(z.toJSONSchema(schema, { io, override }));
    const named = z.registry<{ id: string }>().add(schema, { id });
    const json = bare(z.toJSONSchema(named, { io, override, uri: schemaUri }).schemas[id] ?? {});
    this.schemas[id] = json;
    return { $ref: schemaUri(id) };
  }
}

function problemResponses(codes: readonly ErrorCode[], components: Components): Record<string, JsonObject> {
  const byStatus = Map.groupBy(codes, (code) => ERROR_CODES[code].status);
  const schema = components.of(Problem, 'output');
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.map((code) => `${code}: ${ERROR_CODES[code].title}`).join('; '),
        content: { 'application/problem+json': { schema } },
      },
    ]),
  );
}

function operationOf(operation: Operation, components: Components): JsonObject {
  const { id, access, summary, parameters = [], request, answers, errors } = operation;
  const responses = problemResponses(
    [...errors, ...(access === 'public' ? [] : TOKEN_ERRORS), ...COMMON_ERRORS],
    components,
  );
  for (const { status, description, contentType, schema } of answers) {
    const failure = responses[status];
    const content = { [contentType]: { schema: components.of(schema, 'output') } };
    responses[status] =
      failure === undefined
        ? { description, content }
        : {
            description: `${description}; or ${String(failure.description)}`,
            content: { ...content, ...(failure.content as JsonObject) },
          };
  }
  return {
    operationId: id,
    summary,
    security: access === 'public' ? [] : [{ [access]: [] }],
    ...(parameters.length === 0
      ? {}
      : {
          parameters: parameters.map(({ name, in: place, description, schema }) => ({
            name,
            in: place,
            description,
            required: place === 'path' || !schema.safeParse(undefined).success,
            schema: components.of(schema, 'input'),
          })),
        }),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [request.contentType]:
                request.schema === 'bytes' ? {} : { schema: components.of(request.schema, 'input') },
            },
          },
        }),
    responses,
  };
}

/** OpenAPI 3.1, made from the same schemas that check what comes in. */
export function openapiDocument(): JsonObject {
  const components = new Components();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Altmap',
      version: '1',
      description:
        'Where device memory of arm64 hosts can be hotplugged with its struct pages on the device. Every error is RFC 9457 ' +
        'problem details with a code of docs/errors.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    webhooks: {
      alert: {
        post: {
          summary: 'What a webhook receiver of alerts is sent, signed as Standard Webhooks',
          requestBody: { content: { 'application/json': { schema: components.of(AlertWebhook, 'output') } } },
          responses: { '2XX': { description: 'Taken; anything else is tried again, with the same webhook-id' } },
        },
      },
    },
    components: {
      schemas: components.schemas,
      securitySchemes: Object.fromEntries(
        Object.entries(SCHEMES).map(([name, description]) => [name, { type: 'http', scheme: 'bearer', description }]),
      ),
    },
  };
}
