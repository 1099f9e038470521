import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentRoot, SKIP_REASON, SKIP_ROOTS } from './agent-root.ts';
import { AltmapProgram, type AltmapServer } from './altmap-program.ts';
import { readCapture, SAMPLES } from './capture.ts';

const AGENT = fileURLToPath(new URL('..', import.meta.url));
const GUIDE = fileURLToPath(new URL('../../../docs/agent.md', import.meta.url));

/** The shell block that follows a sentence of the guide. */
function blockAfter(guide: string, sentence: string): string {
  const at = guide.indexOf(sentence);
  const block = /```sh\n([^]*?)```/.exec(guide.slice(at))?.[1];
  if (at < 0 || block === undefined) throw new Error(`docs/agent.md: expected a block after "${sentence}"`);
  return block;
}

describe.skipIf(SKIP_ROOTS)(`a new user's path, as docs/agent.md has it${SKIP_REASON}`, { timeout: 120_000 }, () => {
  let altmap: AltmapProgram;
  let server: AltmapServer;
  let root: AgentRoot;
  const guide = readFileSync(GUIDE, 'utf8');

  beforeAll(async () => {
    altmap = await AltmapProgram.build();
    server = await altmap.serve();
    // Of its own down to /usr: nothing of this machine is written to.
    root = new AgentRoot(readCapture(join(SAMPLES, 'db-64k-02')), { userland: 'busybox', hostName: 'newcomer' });
  }, 120_000);
  afterAll(async () => {
    root.remove();
    await server.close();
    altmap.remove();
  });

  it('from the tarball to the answer in GraphQL', async () => {
    const built = spawnSync('sh', [join(AGENT, 'package.sh'), join(root.path, 'root')], { encoding: 'utf8' });
    expect(built.status, built.stderr).toBe(0);
    const said = blockAfter(guide, 'On the host, as root, from the tarball:');
    const steps = said.replace('https://altmap.example', server.url).replace('alte_...', server.enrolToken);
    expect(steps).not.toBe(said);

    const path = { PATH: '/usr/local/bin:/stubs:/tools' };
    const run = await root.shell(`set -e; cd /root\n${steps}`, path);
    expect(run.status, run.err).toBe(0);
    expect(run.out).toMatch(
      /^installed \/usr\/local\/bin\/altmap-agent and .*\nenrolled as host \S+\naccepted: report \S+ \(/,
    );

    await server.checkedHost('newcomer');
    const question = blockAfter(guide, 'The host can now be seen with a reader token:');
    const { query } = JSON.parse(/-d '(.*)'/.exec(question)?.[1] ?? '') as { query: string };
    const answer = await server.query<{ hosts: { edges: { node: Record<string, unknown> }[] } }>(query);
    expect(answer.hosts.edges.map(({ node }) => node)).toEqual([
      {
        name: 'newcomer',
        lastSeenAt: expect.stringMatching(/^20\d\d-/),
        report: { release: '6.12.117', pageSize: 65536, state: 'CHECKED' },
        findings: expect.any(Array),
      },
    ]);

    const second = await root.shell('altmap-agent', path);
    expect([second.status, second.out]).toEqual([0, expect.stringMatching(/^unchanged: /)]);
    // Gone, as the steps say.
    expect((await root.shell('ls /etc/altmap', path)).out).toBe('agent.conf\n');
  });
});
