import { Enrolment, EnrolmentAnswer, type ErrorCode, Manifest, ReportAnswer } from '@altmap/protocol';
import { z } from 'zod';
import { HealthAnswer } from '../health/health-answer.ts';
import { ReadinessAnswer } from '../health/readiness.ts';
import type { RouteAccess } from '../http/route-access.ts';
import { BlobAnswer } from '../intake/blob-answer.ts';

/** What the documentation says of one route. Its own errors only: COMMON_ERRORS can come from any. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put';
  /** As OpenAPI writes it: parameters in braces. */
  readonly path: string;
  readonly access: RouteAccess;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'header' | 'query';
    readonly description: string;
    readonly schema: z.ZodType;
  }[];
  readonly request?: { readonly contentType: string; readonly schema: z.ZodType | 'bytes' };
  readonly answers: readonly {
    readonly status: number;
    readonly description: string;
    readonly contentType: string;
    readonly schema: z.ZodType;
  }[];
  readonly errors: readonly ErrorCode[];
}

/** Every route may answer so, and every route with a token. */
export const COMMON_ERRORS = ['E_RATE_LIMITED', 'E_REQUEST_TIMEOUT', 'E_UNAVAILABLE', 'E_INTERNAL'] as const;
export const TOKEN_ERRORS = ['E_UNAUTHENTICATED', 'E_FORBIDDEN'] as const;

const JSON_TYPE = 'application/json';
const JSON_ERRORS = ['E_VALIDATION', 'E_CONTENT_TYPE', 'E_BODY_TOO_LARGE'] as const;

const GraphqlRequest = z
  .object({
    query: z.string(),
    variables: z.record(z.string(), z.unknown()).nullish(),
    operationName: z.string().nullish(),
  })
  .meta({ id: 'GraphqlRequest' });

const GraphqlAnswer = z
  .object({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z
      .array(
        z.looseObject({
          message: z.string(),
          extensions: z.looseObject({ code: z.string().describe('One of the codes of docs/errors.md') }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'GraphqlAnswer' });

const graphqlAnswers = [
  { status: 200, description: 'The answer; errors are in it', contentType: JSON_TYPE, schema: GraphqlAnswer },
  { status: 400, description: 'Nothing was executed', contentType: JSON_TYPE, schema: GraphqlAnswer },
];
const GRAPHQL_ERRORS = ['E_QUERY_TOO_DEEP', 'E_QUERY_TOO_COSTLY', 'E_BAD_CURSOR'] as const;

export const OPERATIONS: readonly Operation[] = [
  {
    id: 'enrolHost',
    method: 'post',
    path: '/v1/hosts',
    access: 'enroll',
    summary: 'Introduce a machine and get a token of its own; tokens that it was given before are no longer good',
    request: { contentType: JSON_TYPE, schema: Enrolment },
    answers: [{ status: 201, description: 'Enrolled', contentType: JSON_TYPE, schema: EnrolmentAnswer }],
    errors: JSON_ERRORS,
  },
  {
    id: 'submitReport',
    method: 'post',
    path: '/v1/reports',
    access: 'agent',
    summary: 'Say what a host is; the answer names the blobs that the server lacks',
    request: { contentType: JSON_TYPE, schema: Manifest },
    answers: [
      { status: 200, description: 'accepted, unchanged or incomplete', contentType: JSON_TYPE, schema: ReportAnswer },
    ],
    errors: [...JSON_ERRORS, 'E_HOST_MISMATCH'],
  },
  {
    id: 'storeBlob',
    method: 'put',
    path: '/v1/blobs/{digest}',
    access: 'agent',
    summary: 'Send one piece of evidence, under the digest of its unpacked bytes',
    parameters: [
      {
        name: 'digest',
        in: 'path',
        description: 'SHA-256 of the unpacked bytes',
        schema: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      },
      {
        name: 'content-encoding',
        in: 'header',
        description: 'How the body is compressed',
        schema: z.enum(['gzip', 'zstd', 'identity']).default('identity'),
      },
    ],
    request: { contentType: 'application/octet-stream', schema: 'bytes' },
    answers: [{ status: 200, description: 'Stored', contentType: JSON_TYPE, schema: BlobAnswer }],
    errors: [...JSON_ERRORS, 'E_UNPACKED_TOO_LARGE', 'E_DIGEST_MISMATCH', 'E_BAD_ENCODING'],
  },
  {
    id: 'query',
    method: 'post',
    path: '/graphql',
    access: 'read',
    summary:
      'Ask about the fleet, or change it with the scope that the field asks for; the schema is apps/api/schema.graphql',
    request: { contentType: JSON_TYPE, schema: GraphqlRequest },
    answers: graphqlAnswers,
    errors: [...JSON_ERRORS, ...GRAPHQL_ERRORS],
  },
  {
    id: 'queryByAddress',
    method: 'get',
    path: '/graphql',
    access: 'read',
    summary: 'The same, with everything in the address',
    parameters: [
      { name: 'query', in: 'query', description: 'A GraphQL document', schema: z.string() },
      { name: 'variables', in: 'query', description: 'As JSON', schema: z.string().optional() },
      { name: 'operationName', in: 'query', description: 'Of several', schema: z.string().optional() },
    ],
    answers: graphqlAnswers,
    errors: ['E_VALIDATION', ...GRAPHQL_ERRORS],
  },
  {
    id: 'openapi',
    method: 'get',
    path: '/v1/openapi.json',
    access: 'public',
    summary: 'This document',
    answers: [
      {
        status: 200,
        description: 'OpenAPI 3.1',
        contentType: JSON_TYPE,
        schema: z.record(z.string(), z.unknown()),
      },
    ],
    errors: [],
  },
  {
    id: 'home',
    method: 'get',
    path: '/',
    access: 'public',
    summary: 'Where to find what',
    answers: [{ status: 200, description: 'Paths', contentType: JSON_TYPE, schema: z.record(z.string(), z.string()) }],
    errors: [],
  },
  {
    id: 'health',
    method: 'get',
    path: '/healthz',
    access: 'public',
    summary: 'The process lives',
    answers: [{ status: 200, description: 'It does', contentType: JSON_TYPE, schema: HealthAnswer }],
    errors: [],
  },
  {
    id: 'readiness',
    method: 'get',
    path: '/readyz',
    access: 'public',
    summary: 'Whether this process can take reports, after real writes to Postgres and to the queue',
    answers: [
      { status: 200, description: 'ready or degraded', contentType: JSON_TYPE, schema: ReadinessAnswer },
      { status: 503, description: 'unavailable', contentType: JSON_TYPE, schema: ReadinessAnswer },
    ],
    errors: [],
  },
  {
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    access: 'public',
    summary: 'Prometheus metrics; no host is named in them',
    answers: [{ status: 200, description: 'Text format', contentType: 'text/plain', schema: z.string() }],
    errors: [],
  },
];
