import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAY_IMPORT } from '../../eslint.config.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folderOf = (scope: string): string => {
  if (scope === 'migrations') return 'migrations';
  if (scope === 'build') return 'tools/build';
  return ['api', 'worker', 'standalone', 'cli', 'agent'].includes(scope) ? `apps/${scope}/src` : `libs/${scope}/src`;
};

const scopes = Object.keys(MAY_IMPORT);
const edges = scopes.flatMap((from) =>
  // The agent is a shell script: there is nothing to import.
  scopes
    .filter((to) => to !== from && to !== 'agent')
    .map((to) => ({ from, to, allowed: MAY_IMPORT[from]?.includes(to) ?? false })),
);

describe('module boundaries', () => {
  let eslint: ESLint;

  beforeAll(() => {
    // Without a cached project graph the Nx rule checks nothing and only warns.
    const environment = { ...process.env, NX_DAEMON: 'false' };
    execFileSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'], {
      cwd: root,
      env: environment,
    });
    process.env.NX_DAEMON = 'false';
    eslint = new ESLint({ cwd: root });
  }, 120_000);

  const lint = async (file: string, code: string): Promise<string[]> => {
    const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
    return (result?.messages ?? []).filter((message) => message.severity === 2).map((message) => message.ruleId ?? '');
  };

  it.each(edges.filter((edge) => !edge.allowed))('$from may not import $to', async ({ from, to }) => {
    const rules = await lint(`${folderOf(from)}/probe.ts`, `import '@altmap/${to}';\n`);
    expect(rules).toContain('@nx/enforce-module-boundaries');
  });

  it.each(edges.filter((edge) => edge.allowed))('$from may import $to', async ({ from, to }) => {
    const rules = await lint(`${folderOf(from)}/probe.ts`, `void import('@altmap/${to}');\n`);
    expect(rules).toEqual([]);
  });

  it.each(['vmemmap', 'kernel-data', 'protocol', 'policy'])('%s may not import node:fs', async (scope) => {
    expect(await lint(`libs/${scope}/src/probe.ts`, "import 'node:fs';\n")).toContain('no-restricted-imports');
  });

  it.each(['kysely', 'bullmq', '@nestjs/common'])('core may not import %s', async (name) => {
    expect(await lint('libs/core/src/probe.ts', `import '${name}';\n`)).toContain('no-restricted-imports');
  });
});
