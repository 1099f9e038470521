import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './run.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const sample = (path: string): string => join(root, 'samples', path);
const fleet = readdirSync(sample(''), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => sample(entry.name));

const scratch = mkdtempSync(join(tmpdir(), 'altmap-cli-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line in this process, its output caught. */
async function altmap(
  args: readonly string[],
  options: { input?: Uint8Array; env?: Record<string, string> } = {},
): Promise<Ran> {
  const caught = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (text: string): void => {
      caught[name] += text;
    },
    isTty: false,
    columns: null,
  });
  const stdin = async (): Promise<Uint8Array> => options.input ?? new Uint8Array();
  const status = await run(args, { env: options.env ?? {}, out: stream('out'), err: stream('err'), stdin });
  return { status, ...caught };
}

/** A shell command in which `altmap` is this command, as a process of its own. */
function shell(command: string): Ran {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', `altmap() { "$NODE" "$MAIN" "$@"; }; ${command}`], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE: process.execPath, MAIN: main },
  });
  return { status, out: stdout, err: stderr };
}

interface JsonVerdict {
  range: string;
  basis: string;
  pageSize: number;
  question: string;
  sentence: string;
  result: { outcome: string; errno: number | null; missing: string[]; memmap: { deviceBytes: number } | null };
}
interface JsonHost {
  host: string;
  ranges: object[];
  verdicts: JsonVerdict[];
  findings: { code: string; severity: string; subject: string }[];
}

describe('check on the sample fleet', () => {
  let ran: Ran;
  let hosts: JsonHost[];
  beforeAll(async () => {
    ran = await altmap(['check', ...fleet, '--format', 'json', '--fail-on', 'never']);
    hosts = JSON.parse(ran.out).hosts;
  });
  const own = (host: string, range: string, question = 'as-is'): JsonVerdict['result'] | undefined =>
    hosts
      .find((each) => each.host === host)
      ?.verdicts.find((each) => each.range === range && each.basis === 'own' && each.question === question)?.result;

  test('every host is judged, for its own kernel and for 4K, 16K and 64K', () => {
    expect(ran).toMatchObject({ status: 0, err: '' });
    expect(hosts.map((host) => sample(host.host))).toEqual(fleet);
    expect(hosts.length).toBeGreaterThanOrEqual(8);
    for (const { host, ranges, verdicts } of hosts) {
      expect([host, ranges.length]).not.toEqual([host, 0]);
      const sizes = new Set(verdicts.filter((verdict) => verdict.basis === 'what-if').map(({ pageSize }) => pageSize));
      expect([host, [...sizes].sort((a, b) => a - b)]).toEqual([host, [4096, 16384, 65536]]);
      expect(verdicts.every((verdict) => verdict.sentence.length > 0)).toBe(true);
    }
  });

  test('what the recorded kernels did', () => {
    const MIB = 2 ** 20;
    expect(own('edge-4k-01', 'namespace0.0')).toMatchObject({
      outcome: 'ok',
      memmap: { deviceBytes: 32 * MIB, dramBytes: 0 },
    });
    expect(own('edge-4k-01', 'namespace1.0')).toMatchObject({
      outcome: 'ok',
      memmap: { deviceBytes: 0, dramBytes: 32 * MIB },
    });
    expect(own('old-4k-01', 'namespace0.0', 'made-anew')?.outcome).toBe('unsupported');
    expect(own('db-64k-03', 'namespace0.0', 'made-anew')?.outcome).toBe('unsupported');
    expect(own('db-64k-01', 'namespace0.0')?.outcome).toBe('ok');
    expect(own('db-64k-04', 'namespace0.0')?.outcome).toBe('ok');
    expect(own('db-64k-04', 'namespace1.0')).toMatchObject({ outcome: 'refused', errno: 95 });
    expect(own('edge-4k-04', 'namespace0.0')).toMatchObject({ outcome: 'refused', errno: 95 });
    expect(own('nfit-4k-01', 'namespace1.0')).toMatchObject({ outcome: 'refused', errno: 12 });
  });

  test('a memory map that was read without root gives unknown, and names what is missing', () => {
    const verdicts = hosts.find((host) => host.host === 'cache-16k-03')?.verdicts ?? [];
    expect(verdicts.length).toBeGreaterThan(0);
    for (const { result } of verdicts) {
      expect(result.outcome).toBe('unknown');
      expect(result.missing.length).toBeGreaterThan(0);
    }
  });

  test('the machine forms agree in how much they say', async () => {
    const say = async (format: string): Promise<string> =>
      (await altmap(['check', ...fleet, '--format', format, '--fail-on', 'never'])).out;
    const verdicts = hosts.flatMap((host) => host.verdicts).length;
    const findings = hosts.flatMap((host) => host.findings).length;
    const lines = (await say('jsonl')).trimEnd().split('\n');
    expect(lines).toHaveLength(fleet.length);
    expect(lines.flatMap((line) => JSON.parse(line).verdicts)).toHaveLength(verdicts);
    const csv = await say('csv');
    expect(csv.match(/^1,verdict,/gm)).toHaveLength(verdicts);
    expect(csv.match(/^1,finding,/gm)).toHaveLength(findings);
    expect(JSON.parse(await say('sarif')).runs[0].results).toHaveLength(findings);
    expect((await say('junit')).match(/<testcase /g)).toHaveLength(verdicts + findings);
  });

  test('exit status 1 when a finding is at or above --fail-on, and JUnit is red exactly then', async () => {
    for (const path of fleet) {
      const findings = hosts.find((host) => sample(host.host) === path)?.findings ?? [];
      const bad = findings.filter((finding) => finding.severity !== 'info').length;
      const { status, out } = await altmap(['check', path, '--format', 'junit', '--fail-on', 'warning']);
      expect([path, status, out.match(/<failure /g)?.length ?? 0]).toEqual([path, bad > 0 ? 1 : 0, bad]);
    }
    expect((await altmap(['check', sample('old-4k-01')])).status).toBe(1);
  });

  test('equal input gives equal output', async () => {
    expect((await altmap(['check', ...fleet, '--format', 'json', '--fail-on', 'never'])).out).toBe(ran.out);
  });

  test('--trace, --picture and --svg', async () => {
    const svg = join(scratch, 'range.svg');
    const { out } = await altmap(['check', sample('edge-4k-01'), '--trace', '--picture', '--svg', svg]);
    expect(out).toMatch(/pass +\S+ +.*=\d+/);
    expect(out).toMatch(/\|im+r*=+\|/);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });
});

describe('check on loose files', () => {
  test('by option, the config from standard input', async () => {
    const input = readFileSync(sample('db-64k-01/config.gz'));
    const files = [
      '--config',
      '-',
      '--iomem',
      sample('db-64k-01/iomem'),
      '--ndctl',
      sample('db-64k-01/ndctl-list-BRNDiv.json'),
    ];
    const said = ['--release', '6.1.192', '--page-size', '64K', '--name', 'piped', '--format', 'json'];
    const { status, out } = await altmap(['check', ...files, ...said], { input });
    const [host] = JSON.parse(out).hosts;
    expect(status).toBe(0);
    expect(host).toMatchObject({ host: 'piped', release: '6.1.192', pageSize: 65536 });
    expect(host.ranges).toHaveLength(4);
  });

  test('a kernel config alone', async () => {
    const args = ['check', sample('old-4k-01/config.gz'), '--release', '6.1.0-50-arm64', '--format', 'json'];
    const { status, out } = await altmap([...args, '--fail-on', 'warning']);
    const [host] = JSON.parse(out).hosts;
    expect(status).toBe(1);
    expect(host.ranges).toEqual([]);
    expect(host.findings.map((finding: { subject: string }) => finding.subject)).toContain('kernel config');
  });
});

describe('bad input', () => {
  const changed = (name: string, change: (folder: string) => void): string => {
    const folder = join(scratch, name);
    cpSync(sample('edge-4k-02'), folder, { recursive: true });
    change(folder);
    return folder;
  };
  const edge = sample('edge-4k-01');

  test.each<[string, string[], RegExp]>([
    ['a path that is not there', ['check', 'nowhere'], /^altmap: nowhere: there is no such file or directory\n$/],
    ['no path at all', ['check'], /^altmap: expected a PATH, or files by option/],
    ['a format that is none', ['check', edge, '--format', 'xml'], /Allowed choices are table, json/],
    ['a page size that is none', ['check', edge, '--page-size', '8K'], /Expected 4K, 16K or 64K/],
    [
      'an unknown option',
      ['check', '--formt', 'json'],
      /^altmap: unknown option '--formt'\n\(Did you mean --format\?\)/,
    ],
    ['an unknown command', ['chek'], /^altmap: unknown command 'chek'\n\(Did you mean check\?\)/],
    ['two standard inputs', ['check', '--config', '-', '--iomem', '-'], /at most one "-"/],
    ['a name for two hosts', ['check', edge, edge, '--name', 'x'], /at most one PATH/],
    ['an unknown code', ['explain', 'NO_ZONE_DEVISE'], /did you mean NO_ZONE_DEVICE\?/],
    [
      'a picture that cannot be written',
      ['check', edge, '--svg', '/nowhere/x.svg'],
      /\/nowhere\/x\.svg: there is no such/,
    ],
    ['an upload to nowhere', ['upload', edge], /expected the address of the server/],
    ['an upload without a token', ['upload', edge, '--url', 'http://127.0.0.1:9'], /expected a token/],
    ['a label that is none', ['upload', edge, '--label', 'x'], /Expected KEY=VALUE/],
    ['what-if without a wish', ['what-if', edge], /at least one of --page-size, --release, --config/],
    [
      'a release that is none',
      ['what-if', edge, '--release', 'six'],
      /--release: "six" is no kernel release; expected X\.Y/,
    ],
    [
      'a config that is none',
      ['what-if', edge, '--config', sample('README.md')],
      /README\.md:\d+: .*expected a kernel/,
    ],
    ['simulate on what is no record', ['simulate', sample('README.md')], /README\.md:1: expected one JSON object/],
  ])('%s: exit status 2 and what was expected', async (_what, args, message) => {
    const { status, err } = await altmap(args);
    expect(err).toMatch(message);
    expect(status).toBe(2);
  });

  test('one bad host of several: the others are told, the status is 2', async () => {
    const broken = changed('broken', (folder) => {
      const config = join(folder, 'config.gz');
      writeFileSync(config, readFileSync(config).subarray(0, 500));
    });
    const { status, out, err } = await altmap(['check', broken, edge, '--format', 'json']);
    expect(status).toBe(2);
    expect(err).toMatch(/broken\/config\.gz: expected a whole gzip stream/);
    expect(JSON.parse(out).hosts.map((host: JsonHost) => host.host)).toEqual(['edge-4k-01']);
    expect(JSON.parse(out).unusable).toHaveLength(1);
  });

  test('a bad line: file, line and what was expected', async () => {
    const junk = changed('junk', (folder) =>
      writeFileSync(join(folder, 'iomem'), '40000000-7fffffff : System RAM\nwhat\n'),
    );
    expect((await altmap(['check', junk, '--fail-on', 'never'])).out).toMatch(/junk\/iomem:2 .*expected/);
  });

  test.each(['config', 'iomem'])('a %s in which nothing can be read: exit status 2', async (name) => {
    const junk = changed(`all-junk-${name}`, (folder) => {
      rmSync(join(folder, 'config.gz'));
      writeFileSync(join(folder, 'config'), 'CONFIG_ARM64=y\n');
      writeFileSync(join(folder, name), 'nothing of the sort\n');
    });
    const { status, err } = await altmap(['check', junk, '--fail-on', 'never']);
    expect(err).toMatch(new RegExp(`^altmap: .*/${name}(:1)?: .*expected`));
    expect(status).toBe(2);
  });

  test('what is named by an option is meant to be read', async () => {
    const listing = join(scratch, 'ndctl.json');
    writeFileSync(listing, '{"regions": [');
    const { status, err } = await altmap(['check', edge, '--ndctl', listing]);
    expect(err).toMatch(/^altmap: .*ndctl\.json:1: .*expected/);
    expect(status).toBe(2);
  });

  test('no host can write to the terminal what it likes', async () => {
    const hostile = changed('hostile', (folder) => {
      writeFileSync(join(folder, 'version'), 'Linux version 6.1.192\u001b]0;owned\u0007 (x)\n');
      writeFileSync(join(folder, 'host.json'), '{"name": "a\\u001b[2Jb"}');
    });
    expect((await altmap(['check', hostile, '--fail-on', 'never'])).out).not.toContain('\u001b');
  });
});

describe('simulate', () => {
  test('adds the steps of the kernel on demand', async () => {
    const boots = sample('boots.jsonl');
    const plain = (await altmap(['simulate', boots])).out.trimEnd().split('\n');
    const traced = (await altmap(['simulate', boots, '--trace'])).out.trimEnd().split('\n');
    expect(traced).toHaveLength(plain.length);
    const lines = traced.map((line) => JSON.parse(line));
    expect(lines.map(({ trace: _trace, ...line }) => JSON.stringify(line))).toEqual(plain);
    const refused = lines.find(({ outcome }) => outcome === 'refused');
    expect(refused.trace.at(-1)).toMatchObject({ id: refused.reason, verdict: 'fail' });
  });
});

describe('what-if', () => {
  test('a range that works today and would not there: exit status 1', async () => {
    const { status, out } = await altmap(['what-if', sample('edge-4k-01'), '--page-size', '64K', '--format', 'json']);
    const answer = JSON.parse(out);
    expect(status).toBe(1);
    expect(answer).toMatchObject({ version: 1, own: { pageSize: 4096 }, target: { pageSize: 65536 } });
    expect(answer.changes.map((change: { symbol: string }) => change.symbol)).toContain('ARM64_64K_PAGES');
    const svg = join(scratch, 'what-if.svg');
    expect((await altmap(['what-if', sample('edge-4k-01'), '--page-size', '4K', '--svg', svg])).status).toBe(0);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  test('--trace shows the steps of the other kernel', async () => {
    const { out } = await altmap(['what-if', sample('edge-4k-01'), '--page-size', '64K', '--trace']);
    expect(out).toMatch(/FAIL +DAX_ALIGN_MISMATCH +madeWith=/);
    expect(out).toMatch(/pass +VMEMMAP_HOLE +start=/);
  });

  test('the page size of another config is taken from it', async () => {
    const args = ['what-if', sample('edge-4k-02'), '--release', '6.1.192', '--config', sample('db-64k-01/config.gz')];
    expect(JSON.parse((await altmap([...args, '--format', 'json'])).out).target).toEqual({
      release: '6.1.192',
      pageSize: 65536,
    });
  });
});

describe('the terminal', () => {
  const args = ['check', sample('edge-4k-01'), '--fail-on', 'never'];
  test.each<[string, string[], Record<string, string>, boolean]>([
    ['a pipe', [], {}, false],
    ['--color always', ['--color', 'always'], {}, true],
    ['FORCE_COLOR', [], { FORCE_COLOR: '1' }, true],
    ['NO_COLOR', [], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%s', async (_what, more, env, colored) => {
    const { out, err } = await altmap([...args, ...more], { env });
    expect(out.includes('\u001b[')).toBe(colored);
    expect(err).toBe('');
  });

  test('a reader that leaves early is no error', async () => {
    const child = spawn(process.execPath, [main, 'check', ...fleet, '--format', 'json', '--trace'], { cwd: root });
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect([status, err]).toEqual([0, '']);
  });

  test('--version and --help', async () => {
    expect(await altmap(['--version'])).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(await altmap(['--help'])).toMatchObject({ status: 0, err: '' });
  });

  test('explain lists every code, and each of them can be explained', async () => {
    const list = (await altmap(['explain'])).out.trimEnd().split('\n');
    expect(list.length).toBeGreaterThan(40);
    const { codes } = JSON.parse((await altmap(['explain', '--format', 'json'])).out);
    expect(codes).toHaveLength(list.length);
    const one = await altmap(['explain', 'no_zone_device']);
    expect(one.out).toMatch(/^NO_ZONE_DEVICE {2}.*\n {2}meaning +\S/);
  });
});

describe('the examples in --help run as they are printed', async () => {
  const examples: string[] = [];
  for (const command of ['check', 'what-if', 'explain', 'simulate']) {
    const { out } = await altmap([command, '--help']);
    examples.push(...[...out.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line ?? ''));
  }
  test.each(examples)('%s', (example) => {
    const { status, err } = shell(example);
    expect(err).toBe('');
    expect([0, 1]).toContain(status);
  });
});
