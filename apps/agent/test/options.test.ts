import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AgentRoot, type RootOptions, SKIP_REASON, SKIP_ROOTS } from './agent-root.ts';
import { readCapture, SAMPLES } from './capture.ts';

describe.skipIf(SKIP_ROOTS)(`options, settings and what a host lacks${SKIP_REASON}`, { timeout: 120_000 }, () => {
  it('--print shows all of it and sends nothing', async () => {
    const root = new AgentRoot(readCapture(join(SAMPLES, 'edge-4k-01')), { client: 'none' });
    const { status, out, err } = await root.agent(['--print', '--label', 'a=1']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^== POST \/v1\/hosts, once\n\{"machine":"[0-9a-f]{64}","name":"db7","labels":\{"a":"1"\}\}\n/);
    expect(out).toMatch(/\n== iomem: \d+ bytes, sha256:[0-9a-f]{64}\n09000000-09000fff : pl011@9000000\n/);
    expect(existsSync(join(root.path, 'var/lib/altmap-agent'))).toBe(false);
    expect(readdirSync(join(root.path, 'tmp'))).toEqual([]);
    root.remove();
  });

  it.each<[string, readonly string[], number, RegExp, ((root: AgentRoot) => void)?]>([
    ['an unknown option', ['--colour'], 2, /"--colour" is no option/],
    ['an option without its value', ['--url'], 2, /--url: expected a value/],
    ['a value where none is expected', ['--print=yes'], 2, /"yes" is no option/],
    ['two answers at once', ['--print', '--output=x'], 2, /expected one of them/],
    ['no server', [], 2, /no server: expected --url/],
    ['no address', ['--url', 'altmap.example'], 2, /is no address of a server/],
    ['an address with a password', ['--url', 'https://me:secret@altmap.example'], 2, /is no address of a server/],
    ['an address with a quote', ['--url', 'https://altmap.example"x'], 2, /is no address of a server/],
    ['a label without key', ['--label', '=x'], 2, /--label: a label begins with/],
    ['an unknown part', ['--print', '--skip', 'shadow'], 2, /"shadow" is no part; expected some of: config iomem/],
    ['a config that is not there', ['--config', '/nowhere'], 2, /\/nowhere: the configuration cannot be read/],
    [
      'an unknown setting',
      ['--print'],
      2,
      /agent\.conf: line 2: "ALTMAP_COLOUR" is no setting/,
      (root) => root.write('etc/altmap/agent.conf', '# x\nALTMAP_COLOUR=1\n'),
    ],
    [
      'a line that is none',
      ['--print'],
      2,
      /agent\.conf: line 1: expected KEY=VALUE/,
      (root) => root.write('etc/altmap/agent.conf', 'rm -rf /'),
    ],
    [
      'a token in the config',
      ['--print'],
      2,
      /line 1: put the token into a file of its own/,
      (root) => root.write('etc/altmap/agent.conf', 'ALTMAP_ENROLL_TOKEN=alte_x'),
    ],
    [
      'a wrong number',
      ['--print'],
      2,
      /ALTMAP_ATTEMPTS: expected a number from 1 to 9999, got "many"/,
      (root) => root.write('etc/altmap/agent.conf', "ALTMAP_ATTEMPTS='many'\r\n"),
    ],
    [
      'no machine-id',
      ['--print'],
      4,
      /expected 32 hexadecimal digits/,
      (root) => root.write('etc/machine-id', 'uninitialized\n'),
    ],
    [
      'no enrolment token',
      ['--url', 'http://127.0.0.1:9'],
      2,
      /this host is not enrolled: expected an enrolment token in \/etc\/altmap\/enroll-token/,
    ],
    [
      'a token file with something else',
      ['--url', 'http://127.0.0.1:9'],
      2,
      /enroll-token holds no token/,
      (root) => root.write('etc/altmap/enroll-token', '\n'),
    ],
    ['no folder to write to', ['--output', '/nowhere/bundle'], 4, /\/nowhere cannot be written/],
  ])('%s: says what was expected', async (_what, args, status, message, prepare) => {
    for (const userland of ['dash', 'busybox'] as const) {
      const root = new AgentRoot(readCapture(join(SAMPLES, 'db-64k-03')), { userland });
      prepare?.(root);
      const run = await root.agent(args);
      expect(run).toMatchObject({ status, out: '', err: expect.stringMatching(message) });
      expect(readdirSync(join(root.path, 'tmp'))).toEqual([]);
      root.remove();
    }
  });

  it('without curl, wget, tar or sha256sum: names what is missing', async () => {
    const capture = readCapture(join(SAMPLES, 'db-64k-03'));
    const said = async (options: RootOptions, args: readonly string[]) => {
      const root = new AgentRoot(capture, options);
      const run = await root.agent(args);
      root.remove();
      return run;
    };
    const url = ['--url', 'http://127.0.0.1:9'];
    expect(await said({ client: 'none' }, url)).toMatchObject({
      status: 4,
      err: expect.stringContaining('neither curl nor wget'),
    });
    expect(await said({ without: ['sha256sum'] }, url)).toMatchObject({
      status: 4,
      err: expect.stringContaining('sha256sum is missing'),
    });
    expect(await said({ without: ['tar'] }, ['--output', '/tmp/x'])).toMatchObject({
      status: 4,
      err: expect.stringContaining('tar is missing'),
    });
  });

  it('--version and --help', async () => {
    const root = new AgentRoot(readCapture(join(SAMPLES, 'db-64k-03')));
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await root.agent(['--version'])).toEqual({ status: 0, out: `altmap-agent ${version}\n`, err: '' });
    expect(await root.agent(['--help'])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^Usage: altmap-agent/),
      err: '',
    });
    root.remove();
  });
});
