import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { openCase } from '@altmap/policy';
import { Manifest, type PartKind, partFile, sha256Hex } from '@altmap/protocol';
import { parseRelease } from '@altmap/kernel-data';
import { ENGINE_VERSION } from '@altmap/vmemmap';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleForBrowser } from './bundle-for-browser.ts';
import { findChromium } from './find-chromium.ts';

const PURE = ['vmemmap', 'kernel-data', 'policy', 'protocol'];
const ENTRY = `
  export { parseRelease } from '@altmap/kernel-data';
  export { openCase } from '@altmap/policy';
  export { Manifest, sha256Hex } from '@altmap/protocol';
  export { ENGINE_VERSION } from '@altmap/vmemmap';
`;
const ORIGIN = 'https://altmap.test';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** What a browser gives to the engine: texts by part kind. */
function evidenceOf(host: string): [PartKind, string][] {
  const folder = new URL(`../../samples/${host}/`, import.meta.url);
  return readdirSync(folder).flatMap((file): [PartKind, string][] => {
    const found = partFile(file);
    if (found === null) return [];
    const bytes = readFileSync(new URL(file, folder));
    return [[found.kind, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()]];
  });
}

/** The library as both sides have it: the bundle in the browser, the sources in Node. */
interface Library {
  readonly openCase: typeof openCase;
  readonly sha256Hex: typeof sha256Hex;
  readonly parseRelease: typeof parseRelease;
  readonly Manifest: typeof Manifest;
  readonly ENGINE_VERSION: string;
}

/** Runs in both places, so it stands on its own. */
async function judgeHost(library: Library, evidence: readonly [PartKind, string][], release: string): Promise<string> {
  const parts = new Map(evidence.map(([kind, text]) => [kind, new TextEncoder().encode(text)]));
  const host = library.openCase(parts, { release, pageSize: 4096 });
  const assessment = host.assess();
  return JSON.stringify({
    engine: library.ENGINE_VERSION,
    release: library.parseRelease(release),
    input: await library.sha256Hex(new TextEncoder().encode(JSON.stringify(host.input))),
    manifest: library.Manifest.safeParse({ version: 1 }).error?.issues,
    diagnostics: host.diagnostics,
    assessment,
    findings: host.findings(assessment),
  });
}

describe('the bundle for the browser', () => {
  it('is made of the pure libraries and zod and yaml alone', async () => {
    const { inputs } = await bundleForBrowser(ENTRY);
    const ours = inputs.filter((file) => !/^node_modules\/(zod|yaml)\//.test(file) && file !== 'entry.ts');
    expect(new Set(ours.map((file) => /^libs\/([^/]+)\/src\//.exec(file)?.[1] ?? file))).toEqual(new Set(PURE));
  });

  it('cannot be made of anything that imports from Node', async () => {
    await expect(bundleForBrowser(`import 'node:fs';`)).rejects.toThrow('imports node:fs');
    await expect(bundleForBrowser(`export * from '@altmap/core';`)).rejects.toThrow('imports node:');
  });
});

const program = findChromium();
if (program === null) console.log('skipped: no chromium on the PATH, so the engine was not run in a browser');

describe.skipIf(program === null && !process.env['CI'])('the engine in a browser', () => {
  let browser: Browser | null = null;

  beforeAll(async () => {
    if (program === null) throw new Error('expected chromium on the PATH: in CI this is not skipped');
    browser = await chromium.launch({ executablePath: program, args: FLAGS });
  });

  afterAll(() => browser?.close());

  it('judges a host as in Node', async () => {
    const page = await browser?.newPage();
    if (page === undefined) throw new Error('no browser');
    const { code } = await bundleForBrowser(ENTRY);
    // A secure origin, as Web Crypto asks for; nothing goes over a network.
    await page.route(`${ORIGIN}/**`, (route) =>
      route.request().url().endsWith('/altmap.js')
        ? route.fulfill({ contentType: 'text/javascript', body: code })
        : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Altmap</title>' }),
    );
    await page.goto(`${ORIGIN}/`);

    const evidence = evidenceOf('edge-4k-01');
    const release = '6.12.117+deb12-arm64';
    const call = `import('${ORIGIN}/altmap.js').then((library) => (${judgeHost.toString()})(library, ${JSON.stringify(evidence)}, ${JSON.stringify(release)}))`;
    const inBrowser: unknown = await page.evaluate(call);
    const inNode = await judgeHost({ openCase, sha256Hex, parseRelease, Manifest, ENGINE_VERSION }, evidence, release);
    expect(JSON.parse(String(inBrowser))).toEqual(JSON.parse(inNode));
    expect(inNode).toContain('"outcome":"ok"');
  });
});
