import type { DiagnosticLog } from '../text/diagnostic.ts';

/** A value and the source that it comes from. */
export interface Fact<T> {
  readonly value: T;
  readonly source: string;
}

/** A fact where there is a value; nothing where there is none. */
export function fact<T>(value: T | null | undefined, source: string): readonly Fact<T>[] {
  return value === null || value === undefined ? [] : [{ value, source }];
}

/** Joins what several sources say about one device, and keeps which of them said what. */
export class Evidence {
  readonly #device: string;
  readonly #log: DiagnosticLog;
  readonly #sources: Record<string, string> = {};

  constructor(device: string, log: DiagnosticLog) {
    this.#device = device;
    this.#log = log;
  }

  /**
   * The value that all sources agree on; null where there is none. Where they differ nothing is chosen: the contradiction
   * is reported and the value stays unknown.
   */
  settle<T extends string | number | boolean>(field: string, facts: readonly Fact<T>[]): T | null {
    const [first] = facts;
    if (first === undefined) return null;
    if (facts.some((other) => other.value !== first.value)) {
      const said = facts.map(({ value, source }) => `${show(value)} (${source})`).join(', ');
      this.#log.error(null, `${this.#device}: the sources differ about ${field}: ${said}`, 'sources of one moment');
      return null;
    }
    this.#sources[field] = facts.map(({ source }) => source).join(', ');
    return first.value;
  }

  /** How a value that no source names follows from others. */
  note(field: string, source: string): void {
    this.#sources[field] = source;
  }

  get sources(): Readonly<Record<string, string>> {
    return { ...this.#sources };
  }
}

function show(value: string | number | boolean): string {
  return typeof value === 'number' && value >= 4096 ? `0x${value.toString(16)}` : String(value);
}
