/** What a command line gets from its surroundings. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Stream;
  readonly err: Stream;
  /** All of standard input. */
  readonly stdin: () => Promise<Uint8Array>;
}

export interface Stream {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** Characters in a line; null where it is no terminal. */
  readonly columns: number | null;
}

export type ColorMode = 'auto' | 'always' | 'never';

/** NO_COLOR and TERM=dumb are heard in `auto`; FORCE_COLOR turns it on where there is no terminal. */
export function wantsColor(mode: ColorMode, stream: Stream, env: Terminal['env']): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTty && env['TERM'] !== 'dumb';
}
