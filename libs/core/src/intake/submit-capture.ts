import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { AltmapError, Manifest, type Part, type PartKind, type ReportAnswer } from '@altmap/protocol';
import type { Principal } from '../access/principal.ts';
import type { Clock } from '../clock.ts';
import type { BlobRepository } from './report.ts';
import type { SubmitReport } from './submit-report.ts';

const compress = promisify(zstdCompress);

/** All that an archive of one host says, in memory. */
export interface Capture {
  readonly host: {
    /** SHA-256 (hex) of the machine-id; null where the archive does not tell. */
    readonly machine: string | null;
    readonly release: string | null;
    /** Bytes. */
    readonly pageSize: Manifest['pageSize'];
    readonly collectedAt: string | null;
  };
  readonly parts: ReadonlyMap<PartKind, Uint8Array>;
  readonly absent: Manifest['absent'];
}

/** An archive becomes the same report that its host would have sent part by part. */
export class SubmitCapture {
  readonly #blobs: BlobRepository;
  readonly #reports: SubmitReport;
  readonly #clock: Clock;

  constructor(blobs: BlobRepository, reports: SubmitReport, clock: Clock) {
    this.#blobs = blobs;
    this.#reports = reports;
    this.#clock = clock;
  }

  /**
   * @throws AltmapError E_FORBIDDEN, E_HOST_MISMATCH for an archive of another machine, E_VALIDATION for one that does not tell
   * enough for a report.
   */
  async submit(principal: Principal, { host, parts, absent }: Capture): Promise<ReportAnswer> {
    if (principal.kind !== 'agent') throw new AltmapError('E_FORBIDDEN', 'archives are sent with an agent token');
    if (host.machine !== null && host.machine !== principal.machine) {
      throw new AltmapError('E_HOST_MISMATCH', 'the archive is of a machine that this token was not issued to');
    }
    const contents = [...parts].map(([kind, content]) => ({
      part: { kind, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length } satisfies Part,
      content,
    }));
    const manifest = Manifest.safeParse({
      version: 1,
      machine: principal.machine,
      collectedAt: host.collectedAt ?? this.#clock.now().toISOString(),
      release: host.release,
      pageSize: host.pageSize,
      parts: contents.map(({ part }) => part),
      absent,
    });
    if (!manifest.success) {
      const problems = manifest.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      throw new AltmapError('E_VALIDATION', `the archive does not make a report: ${problems.join('; ')}`);
    }
    const at = this.#clock.now();
    for (const { part, content } of contents)
      await this.#blobs.put({ sha256: part.sha256, bytes: part.bytes, zstd: await compress(content), at });
    return this.#reports.submit(principal, manifest.data);
  }
}
