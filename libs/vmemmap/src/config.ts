import type { KernelConfig } from './types.ts';

/** A tristate symbol: `unknown` where the config is a fragment that does not mention it. */
export type Tristate = 'y' | 'm' | 'n' | 'unknown';

export function tristate(config: KernelConfig, symbol: string): Tristate {
  const value = config.get(symbol);
  if (value.type === 'y' || value.type === 'm') return value.type;
  if (value.type === 'absent' && !config.complete) return 'unknown';
  return 'n';
}

/** A number symbol; null where it is not there. */
export function numberOf(config: KernelConfig, symbol: string): number | null {
  const value = config.get(symbol);
  return value.type === 'number' ? value.value : null;
}

/** Value of the last `name=value` in a kernel command line, "" for a bare name; null where absent. */
export function cmdlineOption(cmdline: string, name: string): string | null {
  let found: string | null = null;
  for (const word of cmdline.trim().split(/\s+/)) {
    const [key, ...rest] = word.split('=');
    if (key === name) found = rest.join('=');
  }
  return found;
}
