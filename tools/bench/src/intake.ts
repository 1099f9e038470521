import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@altmap/embedded-postgres';
import { type OpenQueue, openQueue } from '@altmap/queue';
import autocannon from 'autocannon';
import { type Capture, readCaptures } from '../../fleet-sim/src/capture.ts';
import { openWire } from '../../fleet-sim/src/wire.ts';
import { type Figure, perSecond } from './figure.ts';
import { inTurn, rateOf } from './in-turn.ts';
import { isMovable, type PreparedReport, prepareReport, type Reporter } from './prepared-reports.ts';
import { Program } from './program.ts';
import { type SeededHost, seedHosts } from './seed-hosts.ts';
import { allChecked, inLanes, LANES, sendAll } from './send-reports.ts';
import { CONCURRENCY, type Servers, startServers } from './servers.ts';
import type { Suite, SuiteOptions } from './suite.ts';

/** Changed reports, and jobs that do nothing, in each round. */
const REPORTS = 200;
const NOOP_JOBS = 2_000;
const SECONDS = 2;
/** More than are asked again within the 10 s for which a token is remembered. */
const QUIET_HOSTS = 30_000;
const SLICE = 600;

/** What a report costs, changed and unchanged, against the least that it could cost. */
export const intakeSuite: Suite = async (options) => {
  const servers = await startServers();
  try {
    options.progress('intake: hosts');
    const changing = (3 * options.rounds + 2) * REPORTS;
    const hosts = await seedHosts(servers.database, QUIET_HOSTS + changing);
    const url = await servers.startApi();
    const unchanged = await unchangedFigures(servers, url, hosts.slice(0, QUIET_HOSTS), options);
    return [...(await changedFigures(servers, url, hosts.slice(QUIET_HOSTS), options)), ...unchanged];
  } finally {
    await servers.stop();
  }
};

async function changedFigures(
  servers: Servers,
  url: string,
  hosts: readonly SeededHost[],
  { rounds, progress }: SuiteOptions,
): Promise<Figure[]> {
  const what = 'a changed report, Redis: against a job of the same queue that does nothing';
  const goal = { is: 'at least', ratio: 0.5 } as const;
  if (servers.redisUrl === null) {
    const note = 'not measured: neither redis-server nor valkey-server is on the PATH';
    return [{ suite: 'intake', what, ratio: null, goal, note }];
  }
  const noop = await startNoop(servers, servers.redisUrl);
  const wire = openWire(url, LANES, (ms) => sleep(ms));
  try {
    const captures = await readCaptures(fileURLToPath(new URL('../../../samples', import.meta.url)));
    const next = hosts.values();
    const reporters = (count: number): Reporter[] =>
      Array.from({ length: count }, () => {
        const { value } = next.next();
        if (value === undefined) throw new Error('too few hosts were seeded');
        return value;
      });
    progress('intake: warm-up');
    const known = await Promise.all(captures.map((capture) => prepareReport(capture, 0)));
    await sendAll(wire, reporters(known.length), known);
    await sendAll(wire, reporters(REPORTS), known);
    await noop.run(NOOP_JOBS);

    const against = async (name: string, a: (round: number) => Promise<number>): Promise<Figure> => {
      progress(`intake: changed reports, ${name}`);
      const { a: ours, b: theirs, ratio } = rateOf(await inTurn(rounds, a, () => noop.run(NOOP_JOBS)));
      const note = `${perSecond(ours.median)} reports against ${perSecond(theirs.median)} jobs`;
      return { suite: 'intake', what: `${what}; ${name}`, ratio, goal, note };
    };
    const acknowledged = await against('until it is accepted, the worker at rest', () =>
      sendAll(wire, reporters(REPORTS), known),
    );
    await servers.startWorker();
    await allChecked(servers.database);
    const checked = await against('until its verdicts are stored, evidence that is known', async () => {
      const started = performance.now();
      await sendAll(wire, reporters(REPORTS), known);
      await allChecked(servers.database);
      return (performance.now() - started) / REPORTS;
    });
    const fresh = freshReports(captures);
    const judged = await against('until its verdicts are stored, 4 new parts, judged anew', async (at) => {
      const reports = await fresh(at);
      const started = performance.now();
      await sendAll(wire, reporters(REPORTS), reports);
      await allChecked(servers.database);
      return (performance.now() - started) / REPORTS;
    });
    return [acknowledged, checked, judged];
  } finally {
    wire.close();
    await noop.close();
  }
}

/** Reports of inputs that nobody has had. */
function freshReports(captures: readonly Capture[]) {
  const movable = captures.filter(isMovable);
  return (at: number): Promise<PreparedReport[]> =>
    Promise.all(
      Array.from({ length: REPORTS }, (_, i) => {
        const capture = movable[i % movable.length];
        if (capture === undefined) throw new Error('expected captures with addresses');
        return prepareReport(capture, 1 + at * REPORTS + i);
      }),
    );
}

interface Noop {
  /** Adds so many jobs and waits until they are done; milliseconds a job. */
  run(jobs: number): Promise<number>;
  close(): Promise<void>;
}

async function startNoop(servers: Servers, redisUrl: string): Promise<Noop> {
  const environment = { BENCH_QUEUE_URL: redisUrl, BENCH_CONCURRENCY: String(CONCURRENCY) };
  const worker = await servers.start(
    Program.start(new URL('./noop-worker.ts', import.meta.url), environment, 'working'),
  );
  const queue: OpenQueue = await openQueue(redisUrl, { prefix: 'bench-noop', onError: () => {} });
  const done = (): Promise<number> =>
    new Promise((resolve) => {
      worker.process.once('message', (count) => resolve(Number(count)));
      worker.process.send('how many?');
    });
  return {
    async run(jobs) {
      const before = await done();
      const started = performance.now();
      await inLanes(
        Array.from({ length: jobs }, () => randomUUID()),
        (reportId) => queue.add({ name: 'check-report', payload: { reportId } }),
      );
      while ((await done()) < before + jobs) await sleep(5);
      return (performance.now() - started) / jobs;
    },
    close: () => queue.close(),
  };
}

async function unchangedFigures(
  servers: Servers,
  url: string,
  hosts: readonly SeededHost[],
  { rounds, progress }: SuiteOptions,
): Promise<Figure[]> {
  progress('intake: unchanged reports');
  const port = String(await freePort());
  const environment = { BENCH_DATABASE_URL: servers.databaseUrl, BENCH_PORT: port };
  await servers.start(Program.start(new URL('./bare-server.ts', import.meta.url), environment, 'listening'));
  const bare = `http://127.0.0.1:${port}/touch`;
  const product = `${url}/v1/reports`;

  const measure = async (what: string, hostsOf: (round: number, lane: number) => readonly SeededHost[]) => {
    await fire(product, (lane) => hostsOf(rounds, lane));
    await fire(bare, (lane) => hostsOf(rounds, lane));
    const measured = await inTurn(
      rounds,
      (at) => fire(product, (lane) => hostsOf(at, lane)),
      (at) => fire(bare, (lane) => hostsOf(at, lane)),
    );
    const { a, b, ratio } = rateOf(measured);
    const note = `${perSecond(a.median)} reports against ${perSecond(b.median)} updates`;
    return { suite: 'intake', what, ratio, goal: { is: 'at least', ratio: 0.7 } as const, note };
  };
  const what = 'an unchanged report: against a bare Fastify route that does one indexed UPDATE';
  const wrap = (from: number): readonly SeededHost[] => {
    const start = from % (hosts.length - SLICE);
    return hosts.slice(start, start + SLICE);
  };
  return [
    await measure(`${what} (tokens seen within 10 s)`, (_, lane) => hosts.slice(lane * 20, lane * 20 + 20)),
    await measure(`${what} (each token for the first time in 10 s)`, (at, lane) => wrap((at * LANES + lane) * SLICE)),
  ];
}

/** Each connection asks for hosts of its own. Gives milliseconds an answer. @throws Error for any answer but 200 */
async function fire(url: string, hostsOf: (lane: number) => readonly SeededHost[]): Promise<number> {
  let lane = 0;
  const { pathname } = new URL(url);
  const result = await autocannon({
    url,
    connections: LANES,
    duration: SECONDS,
    setupClient(client) {
      const requests = hostsOf(lane++).map(({ token, body }): autocannon.Request => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        return { method: 'POST', path: pathname, headers, body };
      });
      client.setRequests(requests);
    },
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers were not 2xx, ${result.errors} requests failed`);
  }
  return (result.duration * 1_000) / result['2xx'];
}
