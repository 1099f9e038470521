import type { Diagnostic, DiagnosticSeverity } from '@altmap/kernel-data';

/** A hostile archive has a remark for every member; more than this many help nobody. */
const MAX_REMARKS = 100;

/** Collects what there is to say about an archive, beside what it holds. */
export class Remarks {
  readonly #kept: Diagnostic[] = [];
  #left = 0;

  /** @param source path of the member, or what else the remark is about */
  add(severity: DiagnosticSeverity, source: string, message: string, expected: string | null = null): void {
    if (this.#kept.length < MAX_REMARKS) this.#kept.push({ source, line: null, message, expected, severity });
    else this.#left++;
  }

  list(): readonly Diagnostic[] {
    if (this.#left === 0) return this.#kept;
    const message = `${this.#left} more remarks about this archive are left out`;
    return [...this.#kept, { source: 'archive', line: null, message, expected: null, severity: 'warning' }];
  }
}
