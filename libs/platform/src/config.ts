import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';

/** What the documentation and the log redaction need to know of a variable, beside its schema. */
interface Variable {
  readonly schema: z.ZodType;
  readonly description: string;
  /** Never printed. */
  readonly secret?: true;
  readonly role: 'all' | 'api' | 'worker' | 'standalone';
}

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);
const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);
const list = () =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );
const isAddressOrCidr = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};
const url = (...protocols: string[]) =>
  z.string().refine((text) => protocols.some((protocol) => text.startsWith(`${protocol}://`)), {
    message: `expected ${protocols.map((protocol) => `${protocol}://...`).join(' or ')}`,
  });

/** Every variable that the server reads. `NAME_FILE` may give the path of a file that holds the value instead. */
export const VARIABLES = {
  ALTMAP_DATABASE_URL: {
    schema: url('postgres', 'postgresql'),
    description: 'Postgres 14 or newer, as postgres://user:password@host:port/database',
    secret: true,
    role: 'all',
  },
  ALTMAP_QUEUE_URL: {
    schema: url('redis', 'rediss', 'postgres', 'postgresql').optional(),
    description: 'Where jobs wait: redis://... or postgres://...; the database when not set',
    secret: true,
    role: 'all',
  },
  ALTMAP_DATABASE_POOL: {
    schema: count(10, 1_000),
    description: 'Most connections to Postgres that one process opens for its queries',
    role: 'all',
  },
  ALTMAP_LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    description: 'Least severe level that is logged (JSON lines on stderr)',
    role: 'all',
  },
  ALTMAP_LISTEN_HOST: {
    schema: z.string().default('127.0.0.1'),
    description: 'Address that the API listens on',
    role: 'api',
  },
  ALTMAP_LISTEN_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8790),
    description: 'Port that the API listens on; 0 takes a free one',
    role: 'api',
  },
  ALTMAP_RATE_LIMIT: {
    schema: count(600, 1_000_000),
    description:
      'Requests a minute that one token (or one address, without a good token) may make of all API processes together; each process more than one may give a tenth more',
    role: 'api',
  },
  ALTMAP_TRUSTED_PROXIES: {
    schema: list().refine((addresses) => addresses.every(isAddressOrCidr), 'expected addresses or CIDR ranges'),
    description: 'Reverse proxies (addresses or CIDR, comma-separated) whose X-Forwarded-For tells the client address',
    role: 'api',
  },
  ALTMAP_GRAPHQL_MAX_DEPTH: { schema: count(12, 100), description: 'Deepest GraphQL query', role: 'api' },
  ALTMAP_GRAPHQL_MAX_COST: {
    schema: count(20_000, 10_000_000),
    description: 'Costliest GraphQL query: one point a field, times the page size of every list around it',
    role: 'api',
  },
  ALTMAP_HOST_STALE_HOURS: {
    schema: z.coerce.number().positive().max(87_600).default(48),
    description: 'A host that was not heard of for so many hours is shown as stale',
    role: 'all',
  },
  ALTMAP_WORKER_SILENT_SECONDS: {
    schema: seconds(60),
    description: '/readyz tells that no worker was heard of for so long',
    role: 'api',
  },
  ALTMAP_WORKER_CONCURRENCY: {
    schema: count(4, 256),
    description: 'Jobs that one worker runs at a time',
    role: 'worker',
  },
  ALTMAP_WORKER_METRICS_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).optional(),
    description: 'Port on which a separate worker serves /metrics and /healthz; none when not set',
    role: 'worker',
  },
  ALTMAP_SWEEP_SECONDS: {
    schema: seconds(15),
    description: 'How often work that a crash left behind is looked for',
    role: 'worker',
  },
  ALTMAP_STRANDED_SECONDS: {
    schema: seconds(30),
    description: 'How old an unfinished report or notification must be to get its job again',
    role: 'worker',
  },
  ALTMAP_KEEP_DAYS: {
    schema: count(400, 36_500),
    description:
      "How many days reports, resolved findings and removed hosts are kept; a host's latest report always is",
    role: 'worker',
  },
  ALTMAP_KEEP_REPORTS: {
    schema: count(100, 1_000_000),
    description: 'How many reports of one host are kept, the newest ones',
    role: 'worker',
  },
  ALTMAP_JOB_LOCK_SECONDS: {
    schema: seconds(15),
    description: 'How long the queue waits for a sign of life of a running job before another worker takes it',
    role: 'worker',
  },
  ALTMAP_WEBHOOK_ALLOW: {
    schema: list(),
    description: 'Private address ranges (CIDR, comma-separated) that alert receivers may be in; none by default',
    role: 'worker',
  },
  ALTMAP_HOST_GONE_HOURS: {
    schema: z.coerce.number().positive().max(87_600).default(72),
    description: 'A host that was not heard of for so long is gone: alerts about its findings wait until it is back',
    role: 'worker',
  },
  ALTMAP_DATA_DIR: {
    schema: z.string().min(1).default('./.altmap'),
    description: 'Folder in which `npm start` keeps its embedded Postgres',
    role: 'standalone',
  },
} as const satisfies Record<string, Variable>;

/** Variables that only the command line reads. They may be in a server's environment as well. */
export const CLI_VARIABLES: Readonly<Record<string, string>> = {
  ALTMAP_URL: 'Server that `altmap upload` sends to',
  ALTMAP_TOKEN: 'Token of the host that `altmap upload` sends for',
  ALTMAP_ENROLL_TOKEN: 'Enrolment token with which `altmap upload` enrols a host first',
};

type Name = keyof typeof VARIABLES;
export type Config = { readonly [N in Name]: z.infer<(typeof VARIABLES)[N]['schema']> };
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration that cannot be used: every problem at once, each with the variable and what was expected. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError naming every variable that is wrong. */
export function loadConfig(environment: Environment): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries<Variable>(VARIABLES)) {
    // Set but empty is how compose files and unit files say "not set".
    let text = environment[name] || undefined;
    const file = environment[`${name}_FILE`] || undefined;
    if (text !== undefined && file !== undefined)
      problems.push(`${name}: expected either ${name} or ${name}_FILE, not both`);
    if (text === undefined && file !== undefined) {
      try {
        text = readFileSync(file, 'utf8').trim();
      } catch (error) {
        problems.push(`${name}_FILE: ${(error as Error).message}`);
        continue;
      }
    }
    const parsed = schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        ...parsed.error.issues.map((issue) => `${name}: ${text === undefined ? 'is not set' : issue.message}`),
      );
  }
  for (const name of Object.keys(environment)) {
    const bare = name.replace(/_FILE$/, '');
    if (name.startsWith('ALTMAP_') && !Object.hasOwn(VARIABLES, bare) && !Object.hasOwn(CLI_VARIABLES, bare)) {
      problems.push(`${name}: no such variable`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Config;
}
