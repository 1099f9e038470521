import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { distrosPage } from './distros-page.ts';
import { judgeReports } from './judge-reports.ts';
import { readConfigs } from './read-configs.ts';
import { reportTable } from './report-table.ts';
import { CORPUS, hasCorpus } from './shared.ts';

const PAGE = fileURLToPath(new URL('../../docs/distros.md', import.meta.url));
const USAGE = `Reads all kernel configs and reports of the corpus beside the project, and writes docs/distros.md.

  npm run corpus [-- --help]

Exits with 0, with 1 when a config does not read as matrix.tsv says, and with 2 when there is no corpus.
`;

/** @returns the exit status */
function main(args: readonly string[]): number {
  let help: boolean | undefined;
  try {
    help = parseArgs({ args: [...args], options: { help: { type: 'boolean' } } }).values.help;
  } catch (error) {
    process.stderr.write(`corpus: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!hasCorpus()) {
    process.stderr.write(
      `corpus: expected the corpus in ${CORPUS}: it is no part of the project, see CONTRIBUTING.md\n`,
    );
    return 2;
  }
  const corpus = readConfigs();
  const reports = judgeReports(corpus.configs);
  process.stdout.write(reportTable(reports));
  const verdicts = reports.reduce((sum, report) => sum + report.assessment.verdicts.length, 0);
  process.stdout.write(
    `\n${corpus.configs.length} configs, ${corpus.fragments} files that are none, ${reports.length} reports, ${verdicts} verdicts\n`,
  );
  for (const mismatch of corpus.mismatches) process.stderr.write(`corpus: ${mismatch}\n`);
  writeFileSync(PAGE, distrosPage(corpus, new Date().toISOString().slice(0, 10)));
  process.stdout.write(`wrote ${PAGE}\n`);
  return corpus.mismatches.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
