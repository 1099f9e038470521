import { z } from 'zod';

/** Addresses are hex strings, so that no reader of JSON rounds them; a number of bytes is taken as well. */
const Bytes = z
  .union([z.int().min(0), z.string().regex(/^0x[0-9a-f]{1,14}$/i, 'expected 0x and hexadecimal digits')])
  .transform(Number)
  .refine(Number.isSafeInteger, 'expected at most 2^53 - 1');

/** [start, size]; a third member tells what kind of region it is. */
const Span = z
  .tuple([Bytes, Bytes])
  .rest(z.string())
  .transform(([start, size]) => ({ start, size }));

const Region = z.object({ start: Bytes, size: Bytes.nullable().default(null) });

const OnMedium = z
  .object({
    signature: z.enum(['NVDIMM_PFN_INFO', 'NVDIMM_DAX_INFO']),
    version: z.string().regex(/^1\.\d{1,2}$/, 'expected 1.0 to 1.4'),
    mode: z.string(),
    dataoff: z.int().min(0),
    npfns: z.int().min(0),
    startPad: z.int().min(0),
    endTrunc: z.int().min(0),
    align: z.int().min(0),
    pageSize: z.int().min(0),
    pageStructSize: z.int().min(0),
  })
  .transform(({ signature, version, mode, ...numbers }, context) => {
    if (mode !== 'dev' && mode !== 'mem') {
      context.addIssue({ code: 'custom', path: ['mode'], message: 'expected dev or mem' });
      return z.NEVER;
    }
    const kind = signature === 'NVDIMM_PFN_INFO' ? ('pfn' as const) : ('dax' as const);
    return { ...numbers, signature: kind, versionMinor: Number(version.slice(2)), map: mode as 'dev' | 'mem' };
  });

const Step = z.object({
  id: z.string(),
  op: z.enum(['create', 'create-destroy', 'raw', 'attach', 'kmem', 'ndctl-create', 'remove', 'use']),
  region: Region,
  mode: z.enum(['fsdax', 'devdax', 'devdax-kmem', 'raw']).default('raw'),
  map: z.enum(['dev', 'mem']).default('mem'),
  align: z.int().min(1).nullable().default(null),
  onMedium: OnMedium.nullable().default(null),
});

/** One line of a record of boots: the machine, its kernel, and what is tried on it in order. More members are let be. */
export const BootRecord = z.object({
  boot: z.string(),
  kernel: z.object({
    release: z.string(),
    /** Path of the .config, relative to the record. */
    config: z.string(),
    pageSize: z.union([z.literal(4096), z.literal(16384), z.literal(65536)], 'expected 4096, 16384 or 65536'),
    patched: z.string().nullable().default(null),
  }),
  cmdline: z.string().nullable().default(null),
  /** System RAM as firmware tells it: stands in for `iomem` where that was not recorded. */
  memory: z.array(Span).default([]),
  /** Text of /proc/iomem after boot, as root. */
  iomem: z.string().nullable().default(null),
  pmem: z.array(Span),
  steps: z.array(Step),
});
export type BootRecord = z.infer<typeof BootRecord>;
