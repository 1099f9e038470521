import { FINDING_CODES } from '@altmap/policy';
import { ERROR_CODES, type ErrorCode } from '@altmap/protocol';
import { REASONS, type Reason } from '@altmap/vmemmap';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { InputError } from '../input-error.ts';
import { type Palette, paletteFor } from '../output/palette.ts';
import { table } from '../output/table.ts';
import { nearest } from './nearest.ts';

const HELP = `
CODE is a finding or a reason as "altmap check" gives it, or an error code of the HTTP API. Without CODE all are listed.

Examples:
  $ altmap explain
  $ altmap explain NO_ZONE_DEVICE
  $ altmap explain E_DIGEST_MISMATCH
  $ altmap explain --format json
`;

const FORMATS = ['table', 'json'] as const;

export function addExplainCommand(program: Command, context: Context): void {
  program
    .command('explain')
    .summary('what a code means')
    .description('Tells what a code means, where in the kernel it comes from, since which version, and what to do.')
    .argument('[code]', 'finding, reason or error code, in any case')
    .addOption(new Option('--format <format>', 'form of the answer').choices(FORMATS).default('table'))
    .addHelpText('after', HELP)
    .action((code: string | undefined, { format }: { format: (typeof FORMATS)[number] }) => {
      const entries = code === undefined ? allEntries() : [entryOf(code)];
      context.terminal.out.write(format === 'json' ? asJson(entries) : asText(entries, code === undefined, context));
    });
}

/** A code with what is known of it, in the order in which it is told. */
interface Entry {
  readonly code: string;
  readonly title: string;
  readonly facts: readonly (readonly [name: string, text: string])[];
}

function allEntries(): Entry[] {
  const reasons = Object.entries<Reason>(REASONS).map(([code, reason]) => reasonEntry(code, reason));
  const errors = (Object.keys(ERROR_CODES) as ErrorCode[]).map(errorEntry);
  const findings = Object.entries(FINDING_CODES).map(([code, title]) => ({ code, title, facts: [] }));
  return [...findings, ...reasons, ...errors];
}

function entryOf(asked: string): Entry {
  const entries = allEntries();
  const code = asked.toUpperCase();
  const found = entries.find((entry) => entry.code === code);
  if (found !== undefined) return found;
  const near = nearest(
    code,
    entries.map((entry) => entry.code),
  );
  const hint = near === null ? '"altmap explain" lists all' : `did you mean ${near}?`;
  throw new InputError(`${asked}: expected the code of a finding, reason or error; ${hint}`);
}

function reasonEntry(code: string, { title, meaning, source, since, whatToDo }: Reason): Entry {
  return {
    code,
    title,
    facts: [
      ['meaning', meaning],
      ['kernel', source],
      ['since', since],
      ['what to do', whatToDo],
    ],
  };
}

const KIND = {
  user: 'the request is wrong: change it',
  operational: 'the server cannot just now: try again',
  bug: 'a fault of the server: report it',
} as const;

function errorEntry(code: ErrorCode): Entry {
  const { status, kind, title } = ERROR_CODES[code];
  return {
    code,
    title,
    facts: [
      ['HTTP status', String(status)],
      ['what to do', KIND[kind]],
    ],
  };
}

function asJson(entries: readonly Entry[]): string {
  const codes = entries.map(({ code, title, facts }) => ({ code, title, ...Object.fromEntries(facts) }));
  return `${JSON.stringify({ version: 1, codes }, null, 2)}\n`;
}

function asText(entries: readonly Entry[], brief: boolean, { terminal, color }: Context): string {
  const { out, env } = terminal;
  const palette = paletteFor(color(), out, env);
  if (brief) {
    const rows = entries.map(({ code, title }) => [{ text: code, style: palette.title }, { text: title }]);
    return table(rows, out.columns);
  }
  return entries.map((entry) => entryText(entry, palette, out.columns)).join('\n');
}

function entryText({ code, title, facts }: Entry, palette: Palette, columns: number | null): string {
  const rows = facts.map(([name, text]) => [{ text: `  ${name}`, style: palette.dim }, { text }]);
  return `${palette.title(code)}  ${title}\n${table(rows, columns ?? 120)}`;
}
