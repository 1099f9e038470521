import { writeFile } from 'node:fs/promises';
import type { Basis } from '@altmap/policy';
import { fileErrorText, InputError } from '../input-error.ts';
import { toSvg } from '../picture/to-svg.ts';
import type { JudgedHost } from './judge-host.ts';
import { verdictTitle } from './to-table.ts';

/** Draws every range of these hosts, as it is and made anew, under the host's own kernel or the one that is asked about. */
export async function writeSvg(
  file: string,
  hosts: readonly Pick<JudgedHost, 'evidence' | 'assessment'>[],
  basis: Basis,
): Promise<void> {
  const pictures = hosts.flatMap(({ evidence, assessment }) =>
    assessment.verdicts
      .filter((verdict) => verdict.basis === basis)
      .map((verdict) => ({ title: `${evidence.name}: ${verdictTitle(verdict)}`, result: verdict.result })),
  );
  try {
    await writeFile(file, toSvg(pictures));
  } catch (error) {
    throw new InputError(fileErrorText(file, error), error);
  }
}
