import { tristate } from './config.ts';
import { Kernel, PAGE_SYMBOLS } from './kernel.ts';
import { legalVaBits } from './linear-map.ts';
import { compareVersions } from './release.ts';
import type { ConfigValue, KernelConfig, KernelRelease, PageSize, Target } from './types.ts';

/** One thing that a hypothetical kernel has otherwise than the one that it is derived from. Symbols without CONFIG_. */
export interface ConfigChange {
  readonly symbol: string;
  readonly from: ConfigValue;
  readonly to: ConfigValue;
  readonly why: string;
}

export interface WhatIf {
  readonly target: Target;
  readonly changes: readonly ConfigChange[];
  /** What the answer takes for granted beyond the changed symbols. */
  readonly assumptions: readonly string[];
}

const VA_SYMBOLS = [36, 39, 42, 47, 48, 52].map((bits) => `ARM64_VA_BITS_${bits}`);

const Y: ConfigValue = { type: 'y' };
const OFF: ConfigValue = { type: 'not-set' };

/**
 * The same host under another page size, release or config. A config is carried over symbol by symbol; the page size
 * takes its dependent symbols along: virtual and physical address bits become legal ones, and each change is stated.
 */
export function whatIf(
  host: Target,
  wish: {
    readonly pageSize?: PageSize;
    readonly release?: KernelRelease;
    /** A whole config for the other kernel; without one the host's is carried over. */
    readonly config?: KernelConfig;
  },
): WhatIf {
  const pageSize = wish.pageSize ?? host.pageSize;
  const release = wish.release ?? host.release;
  const sameRelease = wish.release === undefined;
  const assumptions: string[] = [];
  if (!sameRelease && wish.config === undefined)
    assumptions.push(`the config of ${host.release.raw} is used for ${release.raw}: new symbols have no value in it`);
  if (pageSize !== host.pageSize)
    assumptions.push('the kernel is built for the other page size with nothing else changed');
  const base: Target = {
    pageSize,
    release,
    config: wish.config ?? host.config,
    cmdline: host.cmdline,
    ...(sameRelease && host.upstream !== undefined ? { upstream: host.upstream } : {}),
    ...(sameRelease && host.known !== undefined ? { known: host.known } : {}),
    ...(host.cpuHasVa52 === undefined ? {} : { cpuHasVa52: host.cpuHasVa52 }),
  };
  if (wish.config !== undefined) return { target: base, changes: [], assumptions };
  const changes = configChanges(base);
  const config = withChanges(host.config, changes);
  return { target: { ...base, config }, changes, assumptions };
}

/** A config with some symbols replaced. */
export function withChanges(config: KernelConfig, changes: readonly ConfigChange[]): KernelConfig {
  const replaced = new Map(changes.map((change) => [change.symbol, change.to]));
  return { complete: config.complete, get: (symbol) => replaced.get(symbol) ?? config.get(symbol) };
}

function configChanges(target: Target): readonly ConfigChange[] {
  const { config, pageSize } = target;
  const changes: ConfigChange[] = [];
  const change = (symbol: string, to: ConfigValue, why: string) => {
    const from = config.get(symbol);
    if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ symbol, from, to, why });
  };
  if (tristate(config, PAGE_SYMBOLS[pageSize]) === 'y') return changes;
  // One of a choice is on, and whatever was before is off.
  const choose = (symbols: readonly string[], chosen: string, why: string) => {
    for (const symbol of symbols)
      if (symbol === chosen || tristate(config, symbol) === 'y') change(symbol, symbol === chosen ? Y : OFF, why);
  };
  choose(Object.values(PAGE_SYMBOLS), PAGE_SYMBOLS[pageSize], 'the page size asked for');

  const kernel = new Kernel(target);
  const lpa2 = compareVersions(kernel.version, [6, 9]) >= 0;
  const legal = legalVaBits(pageSize, lpa2);
  const vaBits = kernel.vaBits;
  if (vaBits !== null) {
    const chosen = legal.find((bits) => bits >= vaBits) ?? legal.at(-1) ?? vaBits;
    const why = legal.includes(vaBits) ? 'unchanged' : `legal with this page size: ${legal.join(', ')}`;
    change('ARM64_VA_BITS', { type: 'number', value: chosen }, why);
    choose(VA_SYMBOLS, `ARM64_VA_BITS_${chosen}`, why);
    const paBits = kernel.paBits;
    if (paBits === 52 && pageSize !== 65536 && chosen !== 52) {
      const why48 = '52 physical address bits need 64K pages, or 52 virtual ones since v6.9';
      change('ARM64_PA_BITS', { type: 'number', value: 48 }, why48);
      choose(['ARM64_PA_BITS_48', 'ARM64_PA_BITS_52'], 'ARM64_PA_BITS_48', why48);
    }
  }
  return changes;
}
