import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readCaptures } from '../../fleet-sim/src/capture.ts';
import { openWire } from '../../fleet-sim/src/wire.ts';
import { type Figure, round, spreadOf } from './figure.ts';
import { isMovable, prepareReport } from './prepared-reports.ts';
import { seedHosts } from './seed-hosts.ts';
import { allChecked, LANES, sendAll } from './send-reports.ts';
import { startServers } from './servers.ts';
import type { Suite } from './suite.ts';

/** Hosts of the large fleet for each host of the small one; both have as many different inputs. */
const TIMES = 10;
/** Different inputs made of each capture. */
const LAYOUTS = 2;

interface Cost {
  readonly milliseconds: number;
  /** Verdict sets that were made: what-if under every page size is part of each. */
  readonly judged: number;
}

/** What-if for a whole fleet is paid for by distinct inputs: ten times the hosts of the same kinds are not judged again. */
export const whatIfSuite: Suite = async ({ rounds, progress }) => {
  const servers = await startServers();
  try {
    const captures = (await readCaptures(fileURLToPath(new URL('../../../samples', import.meta.url)))).filter(
      isMovable,
    );
    const inputs = captures.length * LAYOUTS;
    progress(`what-if: fleets of ${inputs} and ${inputs * TIMES} hosts`);
    const hosts = (await seedHosts(servers.database, (rounds + 1) * inputs * (1 + TIMES))).values();
    const url = await servers.startApi();
    await servers.startWorker();
    const wire = openWire(url, LANES, (ms) => sleep(ms));

    let layout = 0;
    const fleetOfNewInputs = async (count: number): Promise<Cost> => {
      const reporters = [];
      for (const host of hosts) if (reporters.push(host) === count) break;
      const from = layout;
      layout += LAYOUTS;
      const reports = await Promise.all(
        captures.flatMap((capture) => Array.from({ length: LAYOUTS }, (_, i) => prepareReport(capture, from + i))),
      );
      const before = await judged();
      const started = performance.now();
      await sendAll(wire, reporters, reports);
      await allChecked(servers.database);
      return { milliseconds: performance.now() - started, judged: (await judged()) - before };
    };
    const judged = async (): Promise<number> => {
      const { n } = await servers.database
        .selectFrom('verdict_set')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return Number(n);
    };

    const costs: { small: Cost; large: Cost }[] = [];
    for (let at = 0; at <= rounds; at++) {
      progress(`what-if: round ${at} of ${rounds}`);
      const both = { small: await fleetOfNewInputs(inputs), large: await fleetOfNewInputs(inputs * TIMES) };
      if (at > 0) costs.push(both);
    }
    wire.close();

    const what = `what-if for ${inputs * TIMES} hosts: against ${inputs} hosts with as many different inputs`;
    const figure = (name: string, of: (cost: Cost) => number, unit: string, goal: Figure['goal']): Figure => {
      const middle = (side: 'small' | 'large') => round(spreadOf(costs.map((both) => of(both[side]))).median);
      return {
        suite: 'what-if',
        what: `${what}; ${name}`,
        ratio: spreadOf(costs.map(({ small, large }) => of(large) / of(small))),
        goal,
        note: `${middle('large')} ${unit} against ${middle('small')} ${unit}`,
      };
    };
    return [
      figure('hosts judged', ({ judged }) => judged, 'judged', { is: 'at most', ratio: 1 }),
      figure('time, reports sent and stored included', ({ milliseconds }) => milliseconds, 'ms', null),
    ];
  } finally {
    await servers.stop();
  }
};
