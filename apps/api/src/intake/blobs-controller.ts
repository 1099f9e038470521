import { Readable } from 'node:stream';
import { type BlobEncoding, StoreBlob } from '@altmap/core';
import type { Metrics } from '@altmap/platform';
import { AltmapError, LIMITS, Sha256 } from '@altmap/protocol';
import { Controller, HttpCode, Inject, Param, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Takes } from '../http/route-access.ts';
import { METRICS } from '../tokens.ts';
import type { BlobAnswer } from './blob-answer.ts';

const ENCODINGS: ReadonlySet<string> = new Set<BlobEncoding>(['identity', 'gzip', 'zstd']);
const isEncoding = (text: string): text is BlobEncoding => ENCODINGS.has(text);

@Controller('v1/blobs')
export class BlobsController {
  readonly #storeBlob: StoreBlob;
  readonly #metrics: Metrics;

  constructor(@Inject(StoreBlob) storeBlob: StoreBlob, @Inject(METRICS) metrics: Metrics) {
    this.#storeBlob = storeBlob;
    this.#metrics = metrics;
  }

  /** The body is never held whole on the wire side: it goes as a stream into the limits of StoreBlob. */
  @Put(':digest')
  @HttpCode(200)
  @Takes('agent')
  async put(@Param('digest') digest: string, @Req() request: FastifyRequest): Promise<BlobAnswer> {
    const sha256 = Sha256.safeParse(digest.replace(/^sha256:/, ''));
    if (!sha256.success || !digest.startsWith('sha256:')) {
      throw new AltmapError('E_VALIDATION', 'expected /v1/blobs/sha256:<64 lower-case hexadecimal digits>');
    }
    const { body, headers } = request;
    if (!(body instanceof Readable)) {
      throw new AltmapError('E_CONTENT_TYPE', 'expected content-type: application/octet-stream');
    }
    const encoding = headers['content-encoding'] ?? 'identity';
    if (!isEncoding(encoding)) {
      throw new AltmapError('E_CONTENT_TYPE', `expected content-encoding gzip, zstd or identity, got "${encoding}"`);
    }
    if (Number(headers['content-length']) > LIMITS.blobCompressedBytes) {
      throw new AltmapError('E_BODY_TOO_LARGE', `expected at most ${LIMITS.blobCompressedBytes} bytes on the wire`);
    }
    // A refused body must not take the connection along: the sender is to see why.
    const { bytes } = await this.#storeBlob.store(sha256.data, body.iterator({ destroyOnReturn: false }), encoding);
    this.#metrics.blobBytes.inc(bytes);
    return { sha256: sha256.data, bytes };
  }

  /** The same, for agents whose only client is busybox wget: it knows no PUT. */
  @Post(':digest')
  @HttpCode(200)
  @Takes('agent')
  post(@Param('digest') digest: string, @Req() request: FastifyRequest): Promise<BlobAnswer> {
    return this.put(digest, request);
  }
}
