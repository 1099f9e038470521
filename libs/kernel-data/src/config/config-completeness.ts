import type { ConfigValue } from './config-value.ts';

/**
 * Symbols without a prompt that every arm64 kernel from 4.1 to 7.3 has: only a config that Kconfig has resolved shows
 * them; defconfigs, fragments and the merged files of distribution packages do not. Three groups, because a cut file
 * still has its beginning: by menu the first comes early and the second late, by alphabet the third comes last.
 */
const MARKERS = {
  'the first menus': ['IRQ_DOMAIN', 'GENERIC_CLOCKEVENTS', 'RCU_STALL_COMMON', 'GENERIC_IRQ_SHOW'],
  'the last menus': ['HAVE_FUNCTION_TRACER', 'TRACING_SUPPORT', 'HAS_IOMEM', 'HAS_DMA', 'HAVE_ARCH_KGDB'],
  'the end of the alphabet': ['XPS', 'TRACE_IRQFLAGS_SUPPORT', 'TICK_ONESHOT', 'TRACING_SUPPORT'],
} as const;

/** The smallest resolved arm64 configs have 1,700 symbols and 700 lines "is not set"; fragments have some ten. */
const MIN_SYMBOLS = 500;
const MIN_NOT_SET = 100;

export interface Completeness {
  /** True where an absent symbol means n. */
  readonly complete: boolean;
  /** What it was told from. */
  readonly reason: string;
}

export interface ConfigCounts {
  /** Lines with a value. */
  readonly assigned: number;
  /** Lines "is not set". */
  readonly notSet: number;
  /** The last line ends with a newline. */
  readonly ended: boolean;
}

/** Is this a whole resolved config? Decided by what Kconfig always writes, never by the file's name or header. */
export function judgeCompleteness(get: (symbol: string) => ConfigValue, counts: ConfigCounts): Completeness {
  const { assigned, notSet, ended } = counts;
  if (assigned + notSet < MIN_SYMBOLS) {
    return {
      complete: false,
      reason: `only ${assigned + notSet} symbols: a whole config has more than ${MIN_SYMBOLS}`,
    };
  }
  if (notSet < MIN_NOT_SET) {
    const reason = `${notSet} lines "is not set" beside ${assigned} values: the file was filtered or is a defconfig`;
    return { complete: false, reason };
  }
  for (const [group, symbols] of Object.entries(MARKERS)) {
    const missing = symbols.filter((symbol) => get(symbol).type === 'absent');
    if (missing.length * 2 > symbols.length) {
      const reason = `CONFIG_${missing.join(', CONFIG_')} of ${group} are absent, which Kconfig always writes: not resolved, or cut`;
      return { complete: false, reason };
    }
  }
  if (!ended) return { complete: false, reason: 'the last line does not end with a newline: the file may be cut' };
  return {
    complete: true,
    reason: `${assigned} values and ${notSet} lines "is not set", with the symbols that Kconfig always writes`,
  };
}
