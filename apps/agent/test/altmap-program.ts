import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundle } from '@altmap/build';
import { freePort, freshDatabase } from '@altmap/testkit';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/altmap/', import.meta.url));

/** The `altmap` command, bundled from source. */
export class AltmapProgram {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async build(): Promise<AltmapProgram> {
    mkdirSync(CACHE, { recursive: true });
    const folder = mkdtempSync(join(CACHE, 'agent-'));
    await bundle({ altmap: 'apps/cli/src/main.ts' }, folder);
    return new AltmapProgram(folder);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const { PATH = '', HOME = '' } = env;
    return spawn(process.execPath, [join(this.#folder, 'altmap.js'), ...args], {
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** What it prints. Exit status 1 says that something was found. @throws Error with what it complains about. */
  async run(args: readonly string[]): Promise<string> {
    const child = this.start(args);
    let out = '';
    let err = '';
    child.stdout?.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (status === null || status > 1 || err !== '') throw new Error(`altmap ${args.join(' ')}: ${status}: ${err}`);
    return out;
  }

  /** Verdicts and findings of captured folders, as `altmap check` prints them. */
  async check(folders: readonly string[]): Promise<readonly CheckedHost[]> {
    const { hosts } = JSON.parse(await this.run(['check', ...folders, '--format', 'json'])) as { hosts: CheckedHost[] };
    return hosts;
  }

  /** What `npm start` runs, on a database of its own. */
  async serve(): Promise<AltmapServer> {
    const data = mkdtempSync(join(tmpdir(), 'altmap-agent-server-'));
    const child = this.start(['serve'], {
      ALTMAP_DATABASE_URL: await freshDatabase(),
      ALTMAP_DATA_DIR: data,
      ALTMAP_LISTEN_PORT: String(await freePort()),
    });
    let out = '';
    const said = (pattern: RegExp): string => pattern.exec(out)?.[1] ?? '';
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (text: Buffer) => {
        out += text.toString();
        if (out.includes('Ctrl-C')) resolve();
      });
      child.stderr?.on('data', (text: Buffer) => (out += text.toString()));
      child.once('close', (status) => reject(new Error(`altmap serve ended with ${status}:\n${out}`)));
    });
    const close = async (): Promise<void> => {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await closed;
      rmSync(data, { recursive: true, force: true });
    };
    const [url, reader, enrolToken] = [
      said(/ready on (\S+)/),
      said(/reader token +(\S+)/),
      said(/enrolment token +(\S+)/),
    ];
    return new AltmapServer(url, reader, enrolToken, close);
  }
}

export interface CheckedHost {
  readonly host: string;
  readonly release: string;
  readonly ranges: readonly unknown[];
  readonly findings: readonly { readonly code: string; readonly subject: string; readonly severity: string }[];
  readonly diagnostics: readonly { readonly source: string; readonly message: string }[];
  readonly verdicts: readonly {
    readonly range: string;
    readonly basis: string;
    readonly pageSize: number;
    readonly question: string;
    readonly sentence: string;
    readonly result: { readonly outcome: string };
  }[];
}

export class AltmapServer {
  readonly url: string;
  readonly enrolToken: string;
  readonly close: () => Promise<void>;
  readonly #reader: string;

  constructor(url: string, reader: string, enrolToken: string, close: () => Promise<void>) {
    this.url = url;
    this.#reader = reader;
    this.enrolToken = enrolToken;
    this.close = close;
  }

  /** @throws Error with what GraphQL says. */
  async query<T>(query: string): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#reader}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The host of this name, as soon as its latest report has been checked. */
  async checkedHost(name: string): Promise<ServedHost> {
    for (;;) {
      const { hosts } = await this.query<{ hosts: { edges: { node: ServedHost }[] } }>(HOSTS);
      const host = hosts.edges.find(({ node }) => node.name === name)?.node;
      if (host === undefined) throw new Error(`the server knows no host ${name}`);
      if (host.report.state === 'FAILED') throw new Error(`the report of ${name} could not be checked`);
      if (host.report.state === 'CHECKED') return host;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const HOSTS = `{ hosts(first: 100) { edges { node {
  name labels { name value } findings { code subject severity }
  report {
    state release pageSize diagnostics { source message }
    deviceRanges { name verdicts { basis pageSize question sentence outcome } }
  }
} } } }`;

export interface ServedHost {
  readonly name: string;
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly findings: readonly { readonly code: string; readonly subject: string; readonly severity: string }[];
  readonly report: {
    readonly state: 'RECEIVED' | 'CHECKED' | 'FAILED';
    readonly release: string;
    readonly pageSize: number | null;
    readonly diagnostics: readonly { readonly source: string; readonly message: string }[];
    readonly deviceRanges: readonly {
      readonly name: string;
      readonly verdicts: readonly {
        readonly basis: string;
        readonly pageSize: number;
        readonly question: string;
        readonly sentence: string;
        readonly outcome: string;
      }[];
    }[];
  };
}
