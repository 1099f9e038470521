import type { Figure } from './figure.ts';

export interface SuiteOptions {
  /** At least 5. */
  readonly rounds: number;
  /** Hosts in the database, where the suite leaves that open. */
  readonly hosts: number;
  /** Told what goes on. */
  readonly progress: (line: string) => void;
}

export type Suite = (options: SuiteOptions) => Promise<readonly Figure[]>;
