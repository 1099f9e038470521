import { writeFile } from 'node:fs/promises';
import { fileErrorText, InputError } from '../input-error.ts';
import { toSvg } from '../picture/to-svg.ts';
import type { JudgedHost } from './judge-host.ts';
import { verdictTitle } from './to-table.ts';

/** Draws every range of these hosts, as it is and made anew, on the host's own kernel. */
export async function writeSvg(file: string, hosts: readonly JudgedHost[]): Promise<void> {
  const pictures = hosts.flatMap(({ evidence, assessment }) =>
    assessment.verdicts
      .filter((verdict) => verdict.basis === 'own')
      .map((verdict) => ({ title: `${evidence.name}: ${verdictTitle(verdict)}`, result: verdict.result })),
  );
  try {
    await writeFile(file, toSvg(pictures));
  } catch (error) {
    throw new InputError(fileErrorText(file, error), error);
  }
}
