import { gunzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { partFile } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import { loosePart } from './loose-part.ts';

const samples = new URL('../../../../samples/', import.meta.url);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('loosePart', () => {
  // A command line is any text.
  const files = ['edge-4k-01', 'db-64k-01', 'nfit-4k-01', 'cache-16k-03'].flatMap((host) =>
    readdirSync(new URL(host, samples)).flatMap((file) => {
      const kind = partFile(file)?.kind;
      return kind === undefined || kind === 'cmdline' ? [] : [[`${host}/${file}`, kind] as const];
    }),
  );

  it.each(files)('%s is %s', (path, kind) => {
    const raw = readFileSync(new URL(path, samples));
    expect(loosePart(path.endsWith('.gz') ? gunzipSync(raw) : raw)).toBe(kind);
  });

  it.each([
    ['[\n  {\n    "chardev":"dax0.0",\n    "size":1024\n  }\n]', 'daxctl'],
    ['[\n  {\n    "path":"/platform/hmem.0",\n    "id":0\n  }\n]', 'daxctl'],
    ['{"dev":"namespace0.0"}', 'ndctl'],
    ['NAME="SLES"\nID="sles"\n', 'os-release'],
    ['[Mon Nov 23 10:00:00 2026] Booting Linux\n', 'dmesg'],
    ['<6>[    0.000000] Booting Linux\n', 'dmesg'],
    ['# CONFIG_NVDIMM is not set\n', 'config'],
    ['root=/dev/sda console=ttyAMA0\n', null],
    ['{"hello": 1}', null],
    ['', null],
  ])('%j is %s', (text, kind) => {
    expect(loosePart(bytesOf(text))).toBe(kind);
  });
});
