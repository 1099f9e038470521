import { z } from 'zod';

/** What a part of a report is. The texts are as the kernel or the tool prints them, unless noted. */
export const PART_KINDS = [
  'config', // kernel .config, plain text
  'iomem', // /proc/iomem, read as root
  'cmdline', // /proc/cmdline
  'version', // /proc/version
  'meminfo', // /proc/meminfo
  'zoneinfo', // /proc/zoneinfo
  'memory-sysfs', // path:value lines of /sys/devices/system/memory
  'memory-hotplug', // path:value lines of /sys/module/memory_hotplug/parameters
  'nd-sysfs', // path:value lines of /sys/bus/nd/devices
  'dax-sysfs', // path:value lines of /sys/bus/dax/devices
  'ndctl', // `ndctl list -RNDuv` or any other JSON of ndctl list
  'daxctl', // `daxctl list` JSON
  'dmesg', // kernel log
  'os-release', // /etc/os-release
] as const;
export const PartKind = z.enum(PART_KINDS);
export type PartKind = z.infer<typeof PartKind>;

/** Bounds on what one report may hold. Bytes are unpacked bytes. */
export const LIMITS = {
  manifestBytes: 64 * 1024,
  blobCompressedBytes: 4 * 1024 * 1024,
  blobBytes: 16 * 1024 * 1024,
  partsPerReport: 32,
  labels: 64,
} as const;

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');

export const PageSize = z.union([z.literal(4096), z.literal(16384), z.literal(65536)]);

export const Labels = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/, 'expected a letter or _, then at most 62 of A-Z a-z 0-9 _ . -'),
    z
      .string()
      .max(256)
      .regex(/^\P{Cc}*$/u, 'expected no control characters'),
  )
  .refine((labels) => Object.keys(labels).length <= LIMITS.labels, `expected at most ${LIMITS.labels} labels`);

/** Control characters have no business in names, and would reach the terminals of those who look at them. */
const text = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'expected no control characters');

const Part = z.strictObject({
  kind: PartKind,
  sha256: Sha256.describe('SHA-256 of the unpacked bytes'),
  bytes: z.int().min(0).max(LIMITS.blobBytes).describe('Unpacked size'),
});
export type Part = z.infer<typeof Part>;

const Absence = z.strictObject({
  kind: PartKind,
  reason: text(1, 500).describe('Why the host could not give this part'),
});

/** What one host says at one time: small, and naming its evidence by digest. */
export const Manifest = z
  .strictObject({
    version: z.literal(1),
    machine: Sha256.describe('SHA-256 of the machine-id, as given at enrolment'),
    collectedAt: z.iso.datetime({ offset: true }),
    release: text(1, 200).describe('uname -r'),
    pageSize: PageSize.nullable().describe('getconf PAGESIZE, in bytes; null where it could not be read'),
    parts: z.array(Part).min(1).max(LIMITS.partsPerReport),
    absent: z.array(Absence).max(LIMITS.partsPerReport).default([]),
  })
  .refine((m) => new Set(m.parts.map((p) => p.kind)).size === m.parts.length, {
    path: ['parts'],
    message: 'expected every kind at most once',
  })
  .meta({ id: 'Manifest' });
export type Manifest = z.infer<typeof Manifest>;

/** What people call a token, a receiver or a rule. */
export const Name = text(1, 253);

/** The answer to POST /v1/reports. */
export const ReportAnswer = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('accepted'), reportId: z.uuid() }).describe('Stored whole; it will be checked'),
    z.object({ state: z.literal('unchanged'), reportId: z.uuid() }).describe('Equal to the last report; nothing to do'),
    z
      .object({ state: z.literal('incomplete'), code: z.literal('E_BLOBS_MISSING'), missing: z.array(Sha256) })
      .describe('Nothing stored: PUT these blobs, then POST the manifest again'),
  ])
  .meta({ id: 'ReportAnswer' });
export type ReportAnswer = z.infer<typeof ReportAnswer>;

/** POST /v1/hosts: a machine enrols with an enrolment token and gets a token of its own. */
export const Enrolment = z
  .strictObject({
    machine: Sha256.describe('SHA-256 of the machine-id'),
    name: text(1, 253).describe('Host name to show'),
    labels: Labels.default({}),
  })
  .meta({ id: 'Enrolment' });
export type Enrolment = z.infer<typeof Enrolment>;

export const EnrolmentAnswer = z
  .object({ hostId: z.uuid(), token: z.string().describe('Shown once; only its SHA-256 is stored') })
  .meta({ id: 'EnrolmentAnswer' });
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;
