import { z } from 'zod';
import { Labels, PageSize } from './manifest.ts';

/** host.json of a captured directory: what the other files do not say. Every member may be left out. */
export const HostFile = z
  .strictObject({
    name: z.string().min(1).max(253).describe('Host name to show'),
    labels: Labels,
    machineId: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 lower-case hexadecimal digits, as in /etc/machine-id'),
    release: z.string().min(1).max(200).describe('uname -r'),
    pageSize: PageSize.describe('getconf PAGESIZE, in bytes'),
  })
  .partial();
export type HostFile = z.infer<typeof HostFile>;
