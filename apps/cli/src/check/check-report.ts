import type { FailOn } from './fail-on.ts';
import type { JudgedHost } from './judge-host.ts';

/** Version of every machine-readable form of `altmap check`. Members may be added within a version; none changes or goes. */
export const FORMAT_VERSION = 1;

/** A PATH that could not be used. */
export interface Unusable {
  readonly path: string;
  readonly message: string;
}

/** Everything that one run of `altmap check` has to say. */
export interface CheckReport {
  readonly hosts: readonly JudgedHost[];
  readonly unusable: readonly Unusable[];
  readonly failOn: FailOn;
  /** Print the kernel's steps. */
  readonly trace: boolean;
  /** Draw each range, in the table. */
  readonly picture: boolean;
}
