import { parseArgs } from 'node:util';

export const USAGE = `Sends the reports of a simulated fleet to a server, by the protocol that the agent uses.

  node tools/fleet-sim/src/main.ts --url URL --enroll-token TOKEN [options]

  --url URL            base address of the server; only this machine's, unless --allow-remote
  --enroll-token T     enrolment token (altmap token create --kind enroll); also from ALTMAP_ENROLL_TOKEN
  --hosts N            hosts in the fleet (1000)
  --reports N          reports in all, the first one of each host included (10000)
  --changed P          share of the later reports that say something new, e.g. 5% or 0.05 (5%)
  --layouts N          different layouts of device memory in the fleet (40)
  --concurrency N      hosts that talk at a time (16)
  --seed N             the same fleet for the same seed (1)
  --database URL       Postgres of the server: also count the rows that were written while the reports were sent
  --samples FOLDER     captures that the hosts are made of (samples/)
  --allow-remote       send to another machine
  --json               one JSON object on stdout
  --help

Stops by itself, with status 1 when a report failed and 2 when the options cannot be used.
`;

export interface Options {
  readonly url: string;
  readonly enrollToken: string;
  readonly hosts: number;
  readonly reports: number;
  readonly changed: number;
  readonly layouts: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Null where rows are not counted. */
  readonly database: string | null;
  readonly samples: string;
  readonly json: boolean;
}

/** Options that cannot be used: the message names the option and what was expected. */
export class UsageError extends Error {}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Null when help was asked for. @throws UsageError */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options | null {
  const { values } = parsed(args);
  if (values.help === true) return null;

  const enrollToken = values['enroll-token'] ?? environment['ALTMAP_ENROLL_TOKEN'];
  if (enrollToken === undefined || enrollToken === '')
    throw new UsageError('--enroll-token: expected an enrolment token');
  return {
    url: readUrl(values.url, values['allow-remote'] === true),
    enrollToken,
    hosts: readCount('hosts', values.hosts ?? '1000'),
    reports: readCount('reports', values.reports ?? '10000'),
    changed: readShare('changed', values.changed ?? '5%'),
    layouts: readCount('layouts', values.layouts ?? '40'),
    concurrency: readCount('concurrency', values.concurrency ?? '16'),
    seed: readCount('seed', values.seed ?? '1'),
    database: readDatabase(values.database),
    samples: values.samples ?? 'samples',
    json: values.json === true,
  };
}

function parsed(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: string,
        'enroll-token': string,
        hosts: string,
        reports: string,
        changed: string,
        layouts: string,
        concurrency: string,
        seed: string,
        database: string,
        samples: string,
        'allow-remote': boolean,
        json: boolean,
        help: boolean,
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readUrl(text: string | undefined, allowRemote: boolean): string {
  const url = URL.canParse(text ?? '') ? new URL(text ?? '') : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--url: expected an address as http://127.0.0.1:8790, got ${text ?? 'none'}`);
  }
  if (!allowRemote && !LOOPBACK.test(url.hostname)) {
    throw new UsageError(`--url: ${url.hostname} is not this machine: expected a loopback address, or --allow-remote`);
  }
  return url.href;
}

function readDatabase(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new UsageError('--database: expected postgres://user:password@host:port/database');
  }
  return text;
}

function readCount(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(`--${name}: expected a whole number from 1, got ${text}`);
  }
  return value;
}

function readShare(name: string, text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text === '' || text === '%' || !(value >= 0 && value <= 1)) {
    throw new UsageError(`--${name}: expected a share as 5% or 0.05, got ${text}`);
  }
  return value;
}
