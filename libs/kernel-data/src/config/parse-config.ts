import { type Completeness, type ConfigCounts, judgeCompleteness } from './config-completeness.ts';
import { ConfigIndex, type ConfigLine } from './config-index.ts';
import {
  ASSIGNMENT,
  ASSIGNMENT_NAME,
  BLANK,
  lineShape,
  NOT_SET_LINE,
  NOT_SET_NAME,
  NOT_SET_TAIL,
  type OddLine,
  readOddLine,
} from './config-lines.ts';
import { ABSENT, type ConfigValue, decodeValue, NOT_SET } from './config-value.ts';
import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import type { PageSize } from '../memory/page-size.ts';
import { parseRelease, type Release } from '../kernel/release.ts';

/** A kernel .config. Symbols are named without CONFIG_. */
export interface ParsedConfig {
  get(symbol: string): ConfigValue;
  /** What stands right of the "=" as it stands there ("0x1000", quotes and all); null for `not-set` and `absent`. */
  raw(symbol: string): string | null;
  /** Every symbol that has a line, in the order of the file. */
  symbols(): Iterable<[string, ConfigValue]>;
  /** False for defconfigs, fragments, filtered and cut files: there, `absent` proves nothing. */
  readonly complete: boolean;
  /** What `complete` was told from. */
  readonly completeness: string;
  /** Of the header comment: the version of the source tree, which may tell more than `uname -r`. Null without header. */
  readonly release: Release | null;
  /** Of the header comment: "arm64", "x86", ... */
  readonly architecture: string | null;
  /** Bytes; null where no page size, or more than one, is chosen. */
  readonly pageSize: PageSize | null;
}

/**
 * Reads a kernel .config. Each line is looked at once; the index of symbols and the values come when they are asked for.
 * Where Kconfig would refuse a line the parser says so and goes on. Never throws.
 */
export function parseConfig(
  text: string,
  source = 'config',
): { readonly config: ParsedConfig; readonly diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const config = new ConfigText(body, scan(body, log), log);
  return {
    config,
    get diagnostics() {
      return config.diagnostics();
    },
  };
}

function scan(text: string, log: DiagnosticLog): ConfigCounts {
  let assigned = 0;
  let notSet = 0;
  let line = 0;
  let carriageReturns = false;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    line++;
    const shape = lineShape(text, start, end);
    if (shape === ASSIGNMENT) assigned++;
    else if (shape === NOT_SET_LINE) notSet++;
    else if (shape !== BLANK) {
      const content = text.slice(start, end);
      carriageReturns ||= content.endsWith('\r');
      const odd = readOddLine(content);
      if (odd.is === 'symbol') {
        if (odd.notSet) notSet++;
        else assigned++;
      }
      remark(odd, content, line, log);
    }
    start = end + 1;
  }
  if (carriageReturns) log.info(null, 'lines end with CR LF', 'LF');
  return { assigned, notSet, ended: text.endsWith('\n') };
}

function remark(odd: OddLine, content: string, line: number, log: DiagnosticLog): void {
  if (odd.is === 'junk') {
    log.error(line, `${quote(content)} is no line of a kernel config`, 'CONFIG_X=value or # CONFIG_X is not set');
  } else if (odd.doubt !== null) {
    const expected = odd.is === 'symbol' ? 'CONFIG_X=value or # CONFIG_X is not set' : null;
    if (odd.is === 'symbol') log.warning(line, `${quote(content)}: ${odd.doubt}`, expected);
    else log.info(line, `${quote(content)}: ${odd.doubt}`);
  }
}

/** What stands right of the "=" of the line whose name ends at `end`; null for "is not set". */
function valueText(text: string, end: number): string | null {
  if (text.startsWith(' is not set', end)) return null;
  const equals = text.indexOf('=', end);
  const newline = text.indexOf('\n', equals);
  return text.slice(equals + 1, newline < 0 ? text.length : newline).trim();
}

class ConfigText implements ParsedConfig {
  readonly #text: string;
  readonly #counts: ConfigCounts;
  readonly #log: DiagnosticLog;
  #built: ConfigIndex | null = null;
  #judged: Completeness | null = null;
  #diagnostics: readonly Diagnostic[] | null = null;

  constructor(text: string, counts: ConfigCounts, log: DiagnosticLog) {
    this.#text = text;
    this.#counts = counts;
    this.#log = log;
  }

  get(symbol: string): ConfigValue {
    const line = this.#index().find(symbol);
    return line === null ? ABSENT : this.#valueOf(line);
  }

  raw(symbol: string): string | null {
    const line = this.#index().find(symbol);
    return line === null ? null : valueText(this.#text, line.end);
  }

  *symbols(): Iterable<[string, ConfigValue]> {
    for (const line of this.#index().lines()) {
      yield [this.#text.slice(line.name, line.end), this.#valueOf(line)];
    }
  }

  get complete(): boolean {
    return this.#completeness().complete;
  }

  get completeness(): string {
    return this.#completeness().reason;
  }

  get release(): Release | null {
    const version = this.#header()?.[2];
    return version === undefined ? null : parseRelease(version).release;
  }

  get architecture(): string | null {
    return this.#header()?.[1] ?? null;
  }

  get pageSize(): PageSize | null {
    const chosen = this.#pageSizes();
    return chosen.length === 1 ? (chosen[0]?.[1] ?? null) : null;
  }

  diagnostics(): readonly Diagnostic[] {
    if (this.#diagnostics !== null) return this.#diagnostics;
    this.#index();
    const architecture = this.architecture;
    if (architecture !== null && architecture !== 'arm64') {
      this.#log.error(null, `this is a config of ${quote(architecture)}`, 'a config of arm64');
    }
    const { complete, reason } = this.#completeness();
    if (complete) this.#log.info(null, `a whole config: ${reason}`);
    else this.#log.warning(null, `not a whole config, so what is absent is unknown: ${reason}`, 'a resolved .config');
    const sizes = this.#pageSizes();
    if (sizes.length > 1) {
      this.#log.error(null, `CONFIG_${sizes.map(([s]) => s).join(' and CONFIG_')} are set together`, 'one page size');
    }
    this.#diagnostics = this.#log.list();
    return this.#diagnostics;
  }

  #pageSizes(): readonly (readonly [string, PageSize])[] {
    const isSet = ([symbol]: readonly [string, PageSize]): boolean => this.get(symbol).type === 'y';
    return PAGE_SIZE_SYMBOLS.map((group) => group.filter(isSet)).find((chosen) => chosen.length > 0) ?? [];
  }

  #completeness(): Completeness {
    this.#judged ??= judgeCompleteness((symbol) => this.get(symbol), this.#counts);
    return this.#judged;
  }

  #header(): RegExpExecArray | null {
    return /^# Linux\/(\S+) (\S+) Kernel Configuration$/m.exec(this.#text.slice(0, 2000));
  }

  #valueOf(line: ConfigLine): ConfigValue {
    const raw = valueText(this.#text, line.end);
    return raw === null ? NOT_SET : decodeValue(raw).value;
  }

  #index(): ConfigIndex {
    this.#built ??= buildIndex(this.#text, this.#counts, this.#log);
    return this.#built;
  }
}

/**
 * ARM64_*_PAGES is the choice; PAGE_SIZE_*KB is what it selects since 6.9. The second is asked only where the first is
 * silent: merged files of distributions carry leftovers of other flavours there.
 */
const PAGE_SIZE_SYMBOLS: readonly (readonly (readonly [string, PageSize])[])[] = [
  [
    ['ARM64_4K_PAGES', 4096],
    ['ARM64_16K_PAGES', 16384],
    ['ARM64_64K_PAGES', 65536],
  ],
  [
    ['PAGE_SIZE_4KB', 4096],
    ['PAGE_SIZE_16KB', 16384],
    ['PAGE_SIZE_64KB', 65536],
  ],
];

function buildIndex(text: string, counts: ConfigCounts, log: DiagnosticLog): ConfigIndex {
  const index = new ConfigIndex(text, counts.assigned + counts.notSet);
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    line++;
    const shape = lineShape(text, start, end);
    let name = 0;
    let nameEnd = 0;
    if (shape === ASSIGNMENT) {
      name = start + ASSIGNMENT_NAME;
      nameEnd = text.charCodeAt(end - 2) === 0x3d ? end - 2 : text.indexOf('=', name);
      if (text.charCodeAt(nameEnd - 1) === 0x20) {
        while (text.charCodeAt(nameEnd - 1) === 0x20) nameEnd--;
        log.warning(line, `a blank stands before the "=" of CONFIG_${text.slice(name, nameEnd)}`, 'no blanks');
      }
    } else if (shape === NOT_SET_LINE) {
      name = start + NOT_SET_NAME;
      nameEnd = end - NOT_SET_TAIL;
    } else if (shape !== BLANK) {
      const odd = readOddLine(text.slice(start, end));
      if (odd.is === 'symbol') {
        name = start + odd.name;
        nameEnd = start + odd.end;
      }
    }
    if (name !== 0 && index.add(name, nameEnd)) {
      log.warning(line, `CONFIG_${text.slice(name, nameEnd)} stands twice: the last one counts`, 'one line a symbol');
    }
    start = end + 1;
  }
  return index;
}
