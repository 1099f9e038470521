import { type ParsedConfig, readHost } from '@altmap/kernel-data';
import { diffConfigs, type SymbolChange } from './diff-configs.ts';

export type DiffSymbols = (before: Uint8Array, after: Uint8Array) => readonly SymbolChange[];

/** Every symbol of which the texts of two configs say different things, by name. */
export const diffSymbols: DiffSymbols = (before, after) => {
  const [a, b] = [configOf(before), configOf(after)];
  return a === null || b === null ? [] : diffConfigs(a, b);
};

const configOf = (text: Uint8Array): ParsedConfig | null => readHost(new Map([['config', text]])).config;
