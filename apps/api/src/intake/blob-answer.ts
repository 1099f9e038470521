import { Sha256 } from '@altmap/protocol';
import { z } from 'zod';

/** The answer to PUT /v1/blobs/sha256:<hex>. */
export const BlobAnswer = z
  .object({ sha256: Sha256, bytes: z.int().min(0).describe('Unpacked size') })
  .meta({ id: 'BlobAnswer' });
export type BlobAnswer = z.infer<typeof BlobAnswer>;
