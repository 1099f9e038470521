import type { ColorMode, Terminal } from './terminal.ts';

/** What every command gets. */
export interface Context {
  readonly terminal: Terminal;
  readonly version: string;
  /** Tells the exit status of the run; the highest one counts. */
  readonly exit: (status: 0 | 1 | 2) => void;
  /** As said by --color. */
  readonly color: () => ColorMode;
}
