import { parseArgs } from 'node:util';

export interface Options {
  readonly inputs: number;
  readonly seed: number;
  /** Null: until all inputs are done. */
  readonly seconds: number | null;
  /** Only the input of this number; null for all. */
  readonly at: number | null;
}

export const USAGE = `Gives spoilt files and hosts to all parsers, the engine and the archive reader, and looks for crashes, hangs and growth.

  npm run fuzz -- [options]

  --inputs N   how many (1000000)
  --seed N     repeats a run (a new one each time)
  --seconds S  ends after so many seconds (no end)
  --at N       only the input of this number, with its stack; it takes the run's --seed
  --help

Exits with 0, with 1 when something crashed or hung, and with 2 for wrong options.
`;

export class UsageError extends Error {}

/** Null for --help. @throws UsageError */
export function readOptions(args: readonly string[]): Options | null {
  const values = valuesOf(args);
  if (values.help === true) return null;
  const number = (name: 'inputs' | 'seed' | 'seconds' | 'at', least: number): number | null => {
    const text = values[name];
    if (text === undefined) return null;
    const value = Number(text);
    if (text === '' || !Number.isSafeInteger(value) || value < least || value > 2 ** 31 - 1)
      throw new UsageError(`--${name}: expected a whole number from ${least}, got ${text}`);
    return value;
  };
  const seed = number('seed', 0);
  const at = number('at', 0);
  if (at !== null && seed === null) throw new UsageError('--at: expected the --seed of the run as well');
  return {
    inputs: number('inputs', 1) ?? 1_000_000,
    seed: seed ?? Math.floor(Math.random() * 2 ** 31),
    seconds: number('seconds', 1),
    at,
  };
}

function valuesOf(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { inputs: text, seed: text, seconds: text, at: text, help: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
