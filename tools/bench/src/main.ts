import { parseArgs } from 'node:util';
import { type Figure, figuresTable, isMet } from './figure.ts';
import type { Suite } from './suite.ts';

/**
 * Each loads what it needs, in this order. ioredis has a class that extends String, after which V8 reads the characters of
 * strings three to six times as slowly in the whole process: the engine and the parsers are measured before that.
 */
const SUITES: Readonly<Record<string, Suite>> = {
  engine: async (options) => (await import('./engine.ts')).engineSuite(options),
  intake: async (options) => (await import('./intake.ts')).intakeSuite(options),
  graphql: async (options) => (await import('./graphql.ts')).graphqlSuite(options),
  'what-if': async (options) => (await import('./what-if.ts')).whatIfSuite(options),
};

const USAGE = `Measures what design and documents promise, as ratios of two things side by side in one run.

  npm run bench -- NAME [options]

  NAME         ${Object.keys(SUITES).join(' | ')} | all
  --rounds N   how often both sides are measured in turn, at least 5 (7)
  --hosts N    hosts in the database, for graphql (20000)
  --json       figures as JSON on stdout
  --help

Exits with 0 whether goals are met or not: the figures of one machine prove nothing about another.
`;

class UsageError extends Error {}

function countOf(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${name}: expected a whole number from ${least}, got ${text}`);
  }
  return value;
}

function argumentsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '7' },
        hosts: { type: 'string', default: '20000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<void> {
  const { values, positionals } = argumentsOf(process.argv.slice(2));
  if (values.help) return void process.stdout.write(USAGE);
  const [name = '', ...rest] = positionals;
  const suites = name === 'all' ? Object.values(SUITES) : SUITES[name] === undefined ? [] : [SUITES[name]];
  if (suites.length === 0 || rest.length > 0)
    throw new UsageError(`expected one of ${Object.keys(SUITES).join(', ')}, all`);
  const options = {
    rounds: countOf('rounds', values.rounds, 5),
    hosts: countOf('hosts', values.hosts, 1_000),
    progress: (line: string) => void process.stderr.write(`${line}\n`),
  };
  const figures: Figure[] = [];
  for (const suite of suites) figures.push(...(await suite(options)));
  if (values.json)
    process.stdout.write(
      `${JSON.stringify(
        figures.map((one) => ({ ...one, met: isMet(one) })),
        null,
        2,
      )}\n`,
    );
  else process.stdout.write(figuresTable(figures));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
