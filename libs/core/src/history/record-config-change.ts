import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { DiffSymbols, SymbolChange } from '@altmap/policy';
import { newId } from '../clock.ts';
import type { BlobRepository } from '../intake/report.ts';
import type { ConfigHistoryRepository } from './config-history.ts';

const decompress = promisify(zstdDecompress);

/**
 * Keeps which symbols of a host's config changed with a report. Done before the report is marked as checked, and safe to do
 * again: a crash in between loses nothing. Where the config's digest is the same nothing is read; where another host made the
 * same step before, nothing is parsed.
 */
export class RecordConfigChange {
  readonly #history: ConfigHistoryRepository;
  readonly #blobs: Pick<BlobRepository, 'partsOf'>;
  readonly #diffSymbols: DiffSymbols;

  constructor(history: ConfigHistoryRepository, blobs: Pick<BlobRepository, 'partsOf'>, diffSymbols: DiffSymbols) {
    this.#history = history;
    this.#blobs = blobs;
    this.#diffSymbols = diffSymbols;
  }

  async record(reportId: string): Promise<void> {
    const configs = await this.#history.configsOf(reportId);
    if (configs === null || configs.before === configs.after) return;
    const { before, after, previousReportId } = configs;
    const diffId =
      (await this.#history.findDiff(before, after)) ??
      (await this.#history.saveDiff({
        id: newId(),
        before,
        after,
        changes: await this.#changes(previousReportId, reportId),
      }));
    await this.#history.recordChange({ id: newId(), reportId, diffId });
  }

  async #changes(previousReportId: string, reportId: string): Promise<readonly SymbolChange[]> {
    const [before, after] = await Promise.all([this.#configOf(previousReportId), this.#configOf(reportId)]);
    return this.#diffSymbols(before, after);
  }

  async #configOf(reportId: string): Promise<Uint8Array> {
    const zstd = (await this.#blobs.partsOf(reportId)).get('config');
    if (zstd === undefined) throw new Error(`report ${reportId} has lost its config`);
    return decompress(zstd);
  }
}
