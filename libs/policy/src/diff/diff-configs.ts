import type { ConfigValue, ParsedConfig } from '@altmap/kernel-data';

/**
 * What a config says of a symbol: a value, as it stands right of the "="; a line "is not set"; or no line at all, which means
 * n in a complete config and nothing in a fragment.
 */
export type SymbolState =
  | { readonly state: 'set'; readonly value: string }
  | { readonly state: 'not-set'; readonly value: null }
  | { readonly state: 'absent'; readonly value: null };

export interface SymbolChange {
  /** Without CONFIG_. */
  readonly symbol: string;
  readonly before: SymbolState;
  readonly after: SymbolState;
}

const ABSENT: SymbolState = { state: 'absent', value: null };
const NOT_SET: SymbolState = { state: 'not-set', value: null };

/** Every symbol of which two configs say different things, by name. */
export function diffConfigs(before: ParsedConfig, after: ParsedConfig): readonly SymbolChange[] {
  const changes: SymbolChange[] = [];
  for (const [symbol, value] of before.symbols()) {
    const change = { symbol, before: stateOf(before, symbol, value), after: stateOf(after, symbol, after.get(symbol)) };
    if (!isSame(change.before, change.after)) changes.push(change);
  }
  for (const [symbol, value] of after.symbols()) {
    if (before.get(symbol).type !== 'absent') continue;
    changes.push({ symbol, before: ABSENT, after: stateOf(after, symbol, value) });
  }
  return changes.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

function stateOf(config: ParsedConfig, symbol: string, { type }: ConfigValue): SymbolState {
  if (type === 'absent') return ABSENT;
  return type === 'not-set' ? NOT_SET : { state: 'set', value: config.raw(symbol) ?? '' };
}

function isSame(a: SymbolState, b: SymbolState): boolean {
  return a.state === b.state && a.value === b.value;
}
