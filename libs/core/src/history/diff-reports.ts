import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { diffEvidence, type ReportDiff } from '@altmap/policy';
import { AltmapError, type PartKind } from '@altmap/protocol';
import type { FleetReader } from '../fleet/fleet-reader.ts';
import type { BlobRepository } from '../intake/report.ts';

const decompress = promisify(zstdDecompress);

/** What differs between two stored reports. */
export class DiffReports {
  readonly #fleet: Pick<FleetReader, 'reportsByIds'>;
  readonly #blobs: Pick<BlobRepository, 'partsOf'>;

  constructor(fleet: Pick<FleetReader, 'reportsByIds'>, blobs: Pick<BlobRepository, 'partsOf'>) {
    this.#fleet = fleet;
    this.#blobs = blobs;
  }

  /** @throws AltmapError E_NOT_FOUND */
  async diff(before: string, after: string): Promise<ReportDiff> {
    const reports = await this.#fleet.reportsByIds([before, after]);
    const sideOf = async (id: string) => {
      const report = reports.find((one) => one.id === id.toLowerCase());
      if (report === undefined) throw new AltmapError('E_NOT_FOUND', `there is no report ${id}`);
      const evidence = new Map<PartKind, Uint8Array>();
      for (const [kind, zstd] of await this.#blobs.partsOf(report.id)) evidence.set(kind, await decompress(zstd));
      return { evidence, said: { release: report.release, pageSize: report.pageSize } };
    };
    return diffEvidence(await sideOf(before), await sideOf(after));
  }
}
