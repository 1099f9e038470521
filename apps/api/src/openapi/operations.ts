import { EXPORT_FORMATS } from '@altmap/core';
import { Enrolment, EnrolmentAnswer, type ErrorCode, Manifest, ReportAnswer } from '@altmap/protocol';
import { z } from 'zod';
import { FindingQuery } from '../exports/finding-filter-of.ts';
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
/** One route for each form of the export. */
const exportOperations = Object.entries(EXPORT_FORMATS).map(
  ([format, { contentType }]): Operation => ({
    id: `exportFindings${format.charAt(0).toUpperCase()}${format.slice(1)}`,
    method: 'get',
    path: `/v1/findings.${format}`,
    access: 'read',
    summary: 'All findings that meet the filter, newest first, as one file',
    parameters: [
      { name: 'state', in: 'query', description: 'Open ones where it is not given', schema: FindingQuery.shape.state },
      { name: 'severity', in: 'query', description: 'Any of these', schema: FindingQuery.shape.severity },
      { name: 'code', in: 'query', description: 'Any of these', schema: FindingQuery.shape.code },
      { name: 'host', in: 'query', description: 'Id of a host', schema: FindingQuery.shape.host },
      { name: 'label', in: 'query', description: 'All of these, as name=value', schema: FindingQuery.shape.label },
    ],
    answers: [
      { status: 200, description: 'The file', contentType: contentType.replace(/;.*/, ''), schema: z.string() },
    ],
    errors: ['E_VALIDATION'],
  }),
);

const GRAPHQL_ERRORS = ['E_QUERY_TOO_DEEP', 'E_QUERY_TOO_COSTLY', 'E_BAD_CURSOR'] as const;

const STORE_BLOB = {
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
} as const satisfies Omit<Operation, 'id' | 'method'>;

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
  { id: 'storeBlob', method: 'put', ...STORE_BLOB },
  {
    id: 'storeBlobByPost',
    method: 'post',
    ...STORE_BLOB,
    summary: 'The same, for clients that know no PUT',
  },
  {
    id: 'submitArchive',
    method: 'post',
    path: '/v1/archives',
    access: 'agent',
    summary:
      "Send an archive of the host: the agent's bundle, a sosreport, a supportconfig or a copied tree; it becomes a report",
    request: { contentType: 'application/octet-stream', schema: 'bytes' },
    answers: [{ status: 200, description: 'accepted or unchanged', contentType: JSON_TYPE, schema: ReportAnswer }],
    errors: [
      'E_VALIDATION',
      'E_CONTENT_TYPE',
      'E_BODY_TOO_LARGE',
      'E_UNPACKED_TOO_LARGE',
      'E_HOST_MISMATCH',
      'E_BAD_ENCODING',
      'E_ARCHIVE_FORMAT',
      'E_ARCHIVE_EMPTY',
      'E_ARCHIVE_NESTED',
      'E_ARCHIVE_ENTRIES',
      'E_ARCHIVE_PATH',
      'E_ARCHIVE_RATIO',
    ],
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
  ...exportOperations,
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
