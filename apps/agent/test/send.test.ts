import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Manifest } from '@altmap/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentRoot, type RootOptions, SKIP_REASON, SKIP_ROOTS } from './agent-root.ts';
import { AltmapProgram, type AltmapServer, type CheckedHost, type ServedHost } from './altmap-program.ts';
import { readCapture, SAMPLES } from './capture.ts';
import { Gate, type Identity } from './gate.ts';

const sample = (name: string) => readCapture(join(SAMPLES, name));

const verdictsOf = ({ verdicts }: CheckedHost): string[] =>
  verdicts
    .map(({ range, basis, pageSize, question, sentence, result }) =>
      [range, basis, pageSize, question, result.outcome, sentence].join(' | '),
    )
    .sort();

/** GraphQL writes its enums in capitals and with underscores. */
const plain = (name: string): string => name.toLowerCase().replaceAll('_', '-');

const verdictsServed = ({ report }: ServedHost): string[] =>
  report.deviceRanges
    .flatMap(({ name, verdicts }) =>
      verdicts.map(({ basis, pageSize, question, sentence, outcome }) =>
        [name, plain(basis), pageSize, plain(question), plain(outcome), sentence].join(' | '),
      ),
    )
    .sort();

const openssl = (...args: readonly string[]) => spawnSync('openssl', args, { encoding: 'utf8' });
const isWithoutOpenssl = openssl('version').status !== 0 && !process.env['CI'];

function selfSigned(): Identity {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const { status, stdout, stderr } = openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...subject,
    ...['-keyout', '-', '-out', '-'],
  );
  if (status !== 0) throw new Error(stderr);
  return { cert: stdout, key: stdout };
}

const findingsOf = (findings: CheckedHost['findings'] | ServedHost['findings']): string[] =>
  findings.map(({ code, subject, severity }) => `${code} ${subject} ${severity.toLowerCase()}`).sort();

describe.skipIf(SKIP_ROOTS)(`the agent and a live server${SKIP_REASON}`, { timeout: 120_000 }, () => {
  let altmap: AltmapProgram;
  let server: AltmapServer;
  let gate: Gate;
  let root: AgentRoot;

  beforeAll(async () => {
    altmap = await AltmapProgram.build();
    server = await altmap.serve();
  }, 120_000);
  afterAll(async () => {
    await server.close();
    altmap.remove();
  });
  beforeEach(async () => {
    gate = await Gate.open(server.url);
  });
  afterEach(async () => {
    await gate.close();
    root.remove();
  });

  /** A host of its own: its machine-id is made of its name. */
  function host(name: string, capture: string, options: RootOptions = {}): AgentRoot {
    root = new AgentRoot(sample(capture), { hostName: name, ...options });
    root.write('etc/machine-id', `${createHash('md5').update(name).digest('hex')}\n`);
    root.write('etc/altmap/agent.conf', `# where to\nALTMAP_URL=${gate.url}/\n\nALTMAP_LABEL="site=bern"\n`);
    root.write('etc/altmap/enroll-token', `${server.enrolToken}\n`, 0o600);
    root.skipWaits();
    return root;
  }
  const waits = (): number[] => readFileSync(join(root.path, 'tmp/waits'), 'utf8').trim().split('\n').map(Number);
  const token = (): string => readFileSync(join(root.path, 'var/lib/altmap-agent/token'), 'utf8').trim();

  it.for([
    ['edge-4k-01', { userland: 'dash', client: 'curl', configAt: 'boot' }],
    ['cache-16k-01', { userland: 'bash', client: 'wget', configAt: 'proc' }],
    ['db-64k-04', { userland: 'busybox', client: 'curl', configAt: 'modules' }],
    ['old-4k-01', { userland: 'busybox', client: 'wget', configAt: 'boot' }],
    ['cache-16k-03', { userland: 'dash', client: 'wget', configAt: 'boot' }],
  ] as const)(
    '%s under %o: enrols, sends what is lacking, and gets the verdicts of altmap check; then nothing has changed',
    async ([capture, options]) => {
      const name = `${capture}.example`;
      host(name, capture, options);
      const first = await root.agent([]);
      expect(first.status, first.err).toBe(0);
      expect(first.out).toMatch(
        /^enrolled as host [0-9a-f-]{36}\naccepted: report [0-9a-f-]{36} \(\d+ of \d+ parts sent, \d+ bytes\)\n$/,
      );
      expect(first.err).toContain('/etc/altmap/enroll-token is not needed any more');
      expect(statSync(join(root.path, 'var/lib/altmap-agent/token')).mode & 0o777).toBe(0o600);
      expect(statSync(join(root.path, 'var/lib/altmap-agent')).mode & 0o777).toBe(0o700);
      const requests = gate.takeSeen();
      expect(requests.map(({ status }) => status)).toEqual([201, ...requests.slice(1).map(() => 200)]);
      expect(requests.filter(({ method, path }) => `${method} ${path}` === 'POST /v1/reports')).toHaveLength(2);

      const served = await server.checkedHost(name);
      const [checked] = await altmap.check([join(SAMPLES, capture)]);
      if (checked === undefined) throw new Error('altmap check judged nothing');
      expect(verdictsServed(served)).toEqual(verdictsOf(checked));
      expect(findingsOf(served.findings)).toEqual(findingsOf(checked.findings));
      expect([served.report.release, served.labels]).toEqual([checked.release, [{ name: 'site', value: 'bern' }]]);

      const second = await root.agent([]);
      expect(second).toEqual({
        status: 0,
        out: expect.stringMatching(/^unchanged: report [0-9a-f-]{36} \(0 of \d+ parts sent, 0 bytes\)\n$/),
        err: expect.not.stringContaining('enroll'),
      });
      const [only, ...others] = gate.takeSeen();
      expect([only?.method, only?.path, only?.status, others]).toEqual(['POST', '/v1/reports', 200, []]);
      expect(only?.body.length).toBeLessThan(4096);
      expect(Manifest.safeParse(JSON.parse(only?.body.toString() ?? '')).error).toBeUndefined();
    },
  );

  it('sends a config that the server has from another host no second time, and every blob packed', async () => {
    host('twin-1', 'edge-4k-03');
    expect((await root.agent([])).status).toBe(0);
    root.remove();
    host('twin-2', 'edge-4k-03');
    gate.takeSeen();
    root.write('proc/cmdline', 'quiet twin=2\n');
    expect((await root.agent([])).out).toMatch(/\(1 of \d+ parts sent, \d+ bytes\)/);
    const blobs = gate.takeSeen().filter(({ method }) => method === 'PUT');
    expect(blobs.map(({ headers, body }) => [headers['content-encoding'], gunzipSync(body).toString()])).toEqual([
      ['gzip', 'quiet twin=2\n'],
    ]);
  });

  it('never shows a token on a command line, where there is a curl or a GNU wget', async () => {
    for (const client of ['curl', 'wget'] as const) {
      host(`secret-${client}`, 'edge-4k-02', { client });
      root.stub(client, `echo "$*" >>/tmp/commands\nexec /tools/${client} "$@"`);
      expect((await root.agent([])).status).toBe(0);
      const commands = readFileSync(join(root.path, 'tmp/commands'), 'utf8');
      expect(commands).not.toContain(server.enrolToken);
      expect(commands).not.toContain(token());
      expect(commands.split('\n').length).toBeGreaterThan(3);
      if (client === 'curl') root.remove();
    }
  });

  it('a token that is not good: ends at once and says what to do; --enroll enrols again', async () => {
    host('stranger', 'edge-4k-02');
    root.write('etc/altmap/enroll-token', 'alte_nonsense\n');
    const refused = await root.agent([]);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/POST .*\/v1\/hosts: E_UNAUTHENTICATED: .*the enrolment token is not good/);
    expect(gate.takeSeen()).toHaveLength(1);

    root.write('etc/altmap/enroll-token', `${server.enrolToken}\n`);
    root.write('var/lib/altmap-agent/token', 'alta_nonsense\n');
    const unknown = await root.agent([]);
    expect(unknown.status).toBe(1);
    expect(unknown.err).toMatch(
      /E_UNAUTHENTICATED.*the token in \/var\/lib\/altmap-agent\/token is not good.*--enroll/,
    );
    expect((await root.agent(['--enroll'])).status).toBe(0);

    // A cloned disk: the token of one machine on another.
    root.write('etc/machine-id', `${'c'.repeat(32)}\n`);
    expect(await root.agent([])).toMatchObject({ status: 1, err: expect.stringContaining('E_HOST_MISMATCH') });
  });

  it('waits longer and longer while the server does not answer, and carries on where it was', async () => {
    host('patient', 'edge-4k-02');
    gate.refusals.push('hang up', { status: 503 }, { status: 502, body: '<html>' }, { status: 500 });
    const { status, err } = await root.agent(['--verbose']);
    expect(status, err).toBe(0);
    expect(err).toMatch(/no answer: \S.*; again in [\d.]+ s/);
    expect(err).toMatch(/HTTP status 503; again in/);
    const [first = 0, second = 0, third = 0, fourth = 0] = waits();
    expect([first >= 0.5 && first <= 1, second >= 1 && second <= 2, third >= 2 && third <= 4]).toEqual([
      true,
      true,
      true,
    ]);
    expect(fourth >= 4 && fourth <= 8).toBe(true);
  });

  it.each(['curl', 'wget'] as const)(
    '%s: waits as long as Retry-After says, in seconds or as a date',
    async (client) => {
      host(`obedient-${client}`, 'edge-4k-02', { client });
      gate.refusals.push(
        { status: 429, headers: { 'retry-after': '7' } },
        { status: 503, headers: { 'Retry-After': new Date(Date.now() + 120_000).toUTCString() } },
      );
      expect((await root.agent([])).status).toBe(0);
      const [seconds = 0, date = 0] = waits();
      expect(seconds).toBeGreaterThanOrEqual(7);
      expect(seconds).toBeLessThanOrEqual(10);
      expect(date).toBeGreaterThan(60);
      expect(date).toBeLessThanOrEqual(152);
    },
  );

  it('ends where it is told to come again much later, and after its last try, with a status of its own', async () => {
    host('later', 'edge-4k-02');
    gate.refusals.push({ status: 503, headers: { 'retry-after': '86400' } });
    const later = await root.agent([]);
    expect(later).toMatchObject({ status: 3, err: expect.stringMatching(/asks to come again in \d{5,6} s/) });
    const closed = await Gate.open(server.url);
    const { url } = closed;
    await closed.close();
    const dead = await root.agent(['--url', url], { ALTMAP_ATTEMPTS: '3' });
    expect(dead).toMatchObject({ status: 3, err: expect.stringMatching(/no answer: \S.* \(tried 3 times\)\n$/) });
    expect(waits()).toHaveLength(2);
  });

  it('a busybox wget that sees no answer but the status of what failed', async () => {
    host('small', 'edge-4k-02', { userland: 'busybox', client: 'wget' });
    gate.refusals.push('hang up', { status: 503, headers: { 'retry-after': '7' } });
    root.write('etc/altmap/enroll-token', 'alte_nonsense\n');
    const { status, err } = await root.agent(['--verbose']);
    expect(status, err).toBe(1);
    expect(err).toMatch(/HTTP status 503; again in [\d.]+ s/);
    expect(err).toMatch(/HTTP status 401: the enrolment token is not good/);
    const secure = await root.agent(['--url', 'https://altmap.example']);
    expect(secure).toMatchObject({ status: 4, err: expect.stringContaining('checks no certificates') });
  });

  it.skipIf(isWithoutOpenssl)(
    `sends nothing to a server whose certificate nobody vouches for${isWithoutOpenssl ? ' (skipped: no openssl)' : ''}`,
    async () => {
      const identity = selfSigned();
      const secure = await Gate.open(server.url, identity);
      for (const client of ['curl', 'wget'] as const) {
        host(`secure-${client}`, 'edge-4k-02', { client });
        root.write('etc/altmap/ca "1".pem', identity.cert);
        const url = ['--url', secure.url];
        const stranger = await root.agent(url, { ALTMAP_ATTEMPTS: '1' });
        expect(stranger).toMatchObject({ status: 3, err: expect.stringMatching(/no answer: .*certificate/i) });
        expect(secure.takeSeen()).toEqual([]);
        const known = await root.agent([...url, '--ca-file', '/etc/altmap/ca "1".pem']);
        expect(known.status, known.err).toBe(0);
        expect(secure.takeSeen().length).toBeGreaterThan(1);
        root.remove();
      }
      await secure.close();
    },
  );

  it('sends nothing that is not on its list, whatever the server asks for', async () => {
    host('stubborn', 'edge-4k-02');
    expect((await root.agent([])).status).toBe(0);
    gate.takeSeen();
    const asked = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const incomplete = (missing: string) => ({
      status: 200,
      body: `{"state":"incomplete","code":"E_BLOBS_MISSING","missing":["${missing}"]}`,
    });
    gate.refusals.push(incomplete(asked));
    expect(await root.agent([])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/which this report does not name/),
    });
    gate.refusals.push(incomplete('../../etc/shadow'));
    expect((await root.agent([])).status).toBe(1);
    expect(gate.takeSeen().map(({ method }) => method)).toEqual(['POST', 'POST']);

    for (const body of ['<html>hello</html>', '{"state":"unchanged"', '', '[]', '{"state":"done"}']) {
      gate.refusals.push({ status: 200, body });
      expect(await root.agent([]), body).toMatchObject({
        status: 1,
        err: expect.stringContaining('is the address right?'),
      });
    }
    gate.refusals.push({ status: 301, headers: { location: 'http://127.0.0.1:9/' } });
    expect(await root.agent([])).toMatchObject({ status: 1, err: expect.stringContaining('HTTP status 301') });
  });

  it('reads an answer with any escapes, and prints none of its control characters', async () => {
    host('escaped', 'edge-4k-02');
    gate.refusals.push({
      status: 422,
      body: JSON.stringify({
        title: 'a "quoted" \\ title',
        detail: 'tab\t bell\u0007 \u001b[31mred',
        code: 'E_X',
        n: [{}, []],
      }),
    });
    const { status, err } = await root.agent([]);
    expect(status).toBe(1);
    expect(err).toContain('E_X: a "quoted" \\ title: tab  bell   [31mred');
  });

  it('names with quotes, backslashes, UTF-8 and control characters arrive as they are, or are refused', async () => {
    host('odd "name" \\ \u0001', 'edge-4k-02');
    root.stub(
      'uname',
      `case $1 in -r) echo 6.1.192 ;; -m) echo aarch64 ;; -n) printf '%s' 'odd "name" \\ \u0001' ;; esac`,
    );
    const { status, err } = await root.agent(['--label', 'where="Zürich" \\ hall=1', '--label', 'site=basel']);
    expect(status, err).toBe(0);
    const { labels } = await server.checkedHost('odd "name" \\ ?');
    expect(labels.map(({ name, value }) => `${name}=${value}`).sort()).toEqual([
      'site=basel',
      'where="Zürich" \\ hall=1',
    ]);
    expect(await root.agent(['--label', 'bell=\u0007'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('control characters'),
    });
  });

  it('runs one at a time; a lock that a crash left behind does not count', async () => {
    host('alone', 'edge-4k-02');
    root.write('var/lib/altmap-agent/lock/pid', '4242\n');
    root.write('proc/4242/cmdline', '/bin/sh\0/usr/bin/altmap-agent\0');
    expect(await root.agent([])).toMatchObject({
      status: 3,
      err: expect.stringContaining('another run is busy: process 4242'),
    });
    expect(gate.takeSeen()).toEqual([]);
    root.write('proc/4242/cmdline', '/usr/sbin/cron\0');
    expect((await root.agent([])).status).toBe(0);
  });

  it('without root: sends what it can read, says what it lacks, and the server says the same', async () => {
    host('nobody', 'cache-16k-03');
    root.write('proc/iomem', sample('cache-16k-03').parts.get('iomem') ?? '');
    root.write('boot/config-secret', '');
    root.delete('proc/zoneinfo');
    root.write('proc/zoneinfo', 'Node 0, zone DMA\n', 0o600);
    root.write('tmp/state/.keep', '');
    await root.shell('chown -R 65534:65534 /tmp/state');
    const environment = { ALTMAP_STATE_DIR: '/tmp/state', ALTMAP_ENROLL_TOKEN: server.enrolToken };
    const unwritable = await root.agent([], { ALTMAP_ENROLL_TOKEN: server.enrolToken }, 65534);
    expect(unwritable).toMatchObject({
      status: 4,
      err: expect.stringContaining('/var/lib/altmap-agent cannot be written'),
    });
    const { status, err } = await root.agent(['--verbose'], environment, 65534);
    expect(status, err).toBe(0);
    expect(err).toContain('every address in /proc/iomem reads as zero');
    expect(err).toContain('zoneinfo is absent: /proc/zoneinfo cannot be read without root');
    expect(err).toContain('dmesg is absent');
    const { report } = await server.checkedHost('nobody');
    expect(report.diagnostics).toContainEqual({
      source: 'iomem',
      message: expect.stringMatching(/^every address is zero: the file was read without root/),
    });
  });
});
