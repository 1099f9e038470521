import { ERROR_CODES } from '@altmap/protocol';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, TestApi } from '../testing/test-api.ts';

interface Media {
  readonly schema?: Readonly<Record<string, unknown>>;
}
interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { description: string; content: Record<string, Media> }>;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Record<string, Record<string, DocumentedOperation>>;
  readonly components: {
    readonly schemas: Record<string, Record<string, unknown>>;
    readonly securitySchemes: Record<string, { type: string; scheme: string; description: string }>;
  };
}

let api: TestApi;
let document: Document;
let operations: [string, DocumentedOperation][];

beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), { ALTMAP_LOG_LEVEL: 'debug' });
  document = JSON.parse((await api.request('GET', '/v1/openapi.json')).text) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]): [string, DocumentedOperation] => [`${method} ${path}`, one]),
  );
});
afterAll(() => api.close());

function valuesOf(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesOf(value, key)]);
}

describe('/v1/openapi.json', () => {
  it('is OpenAPI 3.1 with what that requires', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const ids = operations.map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, { summary, responses }] of operations) {
      expect(summary, name).not.toBe('');
      expect(
        Object.keys(responses).filter((status) => !/^[2-5]\d\d$/.test(status)),
        name,
      ).toEqual([]);
      for (const { description, content } of Object.values(responses)) {
        expect(description, name).not.toBe('');
        for (const [type, { schema }] of Object.entries(content))
          expect(schema, `${name} ${type}`).toBeTypeOf('object');
      }
    }
  });

  it('has every route that is served, and no other', async () => {
    const mapped = api.log.flatMap((line) => /Mapped \{(\S+), (\w+)\} route/.exec(line)?.slice(1, 3).join(' ') ?? []);
    const documented = operations.map(([name]) => {
      const [method = '', path = ''] = name.split(' ');
      return `${path.replace(/\{(\w+)\}/g, ':$1')} ${method.toUpperCase()}`;
    });
    expect(mapped.length).toBeGreaterThan(5);
    expect([...mapped, '/graphql GET'].sort()).toEqual(documented.sort());
    for (const method of ['GET', 'POST']) expect((await api.request(method, '/graphql')).status).toBe(401);
  });

  it('resolves every reference and declares every parameter of a path', () => {
    const references = valuesOf(document, '$ref');
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const name = String(reference).replace('#/components/schemas/', '');
      expect(document.components.schemas[name], String(reference)).toBeTypeOf('object');
    }
    for (const [name, { parameters = [] }] of operations) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect(
        parameters.filter((one) => one.in === 'path').map((one) => one.name),
        name,
      ).toEqual(inPath);
      expect(
        parameters.filter((one) => one.in === 'path' && !one.required),
        name,
      ).toEqual([]);
    }
  });

  it('says whose token each route takes, as the server does', async () => {
    for (const [name, { security, responses }] of operations) {
      const [method = '', path = ''] = name.split(' ');
      const { status } = await api.request(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'));
      expect([name, status === 401], name).toEqual([name, security.length > 0]);
      expect(Object.hasOwn(responses, '401'), name).toBe(security.length > 0);
      for (const scheme of security.flatMap((one) => Object.keys(one))) {
        expect(document.components.securitySchemes[scheme]).toMatchObject({ type: 'http', scheme: 'bearer' });
      }
    }
  });

  it('names every error code under its own status', () => {
    const named = new Map<string, Set<string>>();
    for (const [, { responses }] of operations) {
      for (const [status, { description }] of Object.entries(responses)) {
        for (const [code] of description.matchAll(/E_[A-Z_]+/g))
          named.set(code, (named.get(code) ?? new Set()).add(status));
      }
    }
    for (const [code, statuses] of named) {
      expect([code, [...statuses]]).toEqual([code, [String(ERROR_CODES[code as keyof typeof ERROR_CODES].status)]]);
    }
    // Said in a 200, reserved, or about addresses and methods that no operation has.
    const elsewhere = ['E_BLOBS_MISSING', 'E_CONFLICT', 'E_NOT_FOUND', 'E_METHOD_NOT_ALLOWED'];
    expect([...named.keys(), ...elsewhere].sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it('describes a manifest so that ours fits', () => {
    const { properties, required } = document.components.schemas.Manifest as {
      properties: Record<string, object>;
      required: string[];
    };
    const manifest = manifestOf({ machine: 'a'.repeat(64), token: '', hostId: '' }, { config: 'x' });
    expect(Object.keys(properties).sort()).toEqual(Object.keys(manifest).sort());
    expect(required.every((member) => Object.hasOwn(manifest, member))).toBe(true);
    expect(required).not.toContain('absent');
  });
});
