import type { BlobRepository, NewReport, ReportRepository } from './report.ts';

/** Keeps reports in memory, each in state `received`; knows which blobs are there from another repository. */
export class FakeReportRepository implements ReportRepository {
  readonly reports: NewReport[] = [];
  readonly seen = new Map<string, Date>();
  readonly #blobs: BlobRepository;

  constructor(blobs: BlobRepository) {
    this.#blobs = blobs;
  }

  async touchUnchanged(hostId: string, digest: string, at: Date): Promise<string | null> {
    const latest = this.reports.findLast((report) => report.hostId === hostId);
    if (latest?.digest !== digest) return null;
    this.seen.set(hostId, at);
    return latest.id;
  }

  async commit(report: NewReport): Promise<{ reportId: string } | { missing: string[] }> {
    const missing: string[] = [];
    for (const { sha256 } of report.manifest.parts) if (!(await this.#blobs.has(sha256))) missing.push(sha256);
    if (missing.length > 0) return { missing };
    this.reports.push(report);
    this.seen.set(report.hostId, report.receivedAt);
    return { reportId: report.id };
  }

  async listStranded(before: Date, limit: number): Promise<string[]> {
    const stranded = this.reports.filter((report) => report.receivedAt < before);
    return stranded.map((report) => report.id).slice(0, limit);
  }
}
