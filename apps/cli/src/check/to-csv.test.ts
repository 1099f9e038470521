import { expect, test } from 'vitest';
import { exampleReport } from './example-report.ts';
import { toCsv } from './to-csv.ts';

/** An independent reader of RFC 4180. */
function readCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  const fields = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (const [, quoted, plain, end] of text.matchAll(fields)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  const [header, ...body] = rows.filter((row) => row.length > 0);
  return body.map((row) => {
    expect(row).toHaveLength(header?.length ?? 0);
    return Object.fromEntries(row.map((value, i) => [header?.[i] ?? '', value]));
  });
}

test('a row for each verdict and each finding, read back as written', () => {
  const rows = readCsv(toCsv(exampleReport()));
  expect(rows.map((row) => row['record'])).toEqual(['verdict', 'verdict', 'verdict', 'finding', 'finding']);
  expect(rows.every((row) => row['version'] === '1' && row['host'] === 'a "quoted", <odd> name\u001b[31m')).toBe(true);
  expect(rows[0]).toMatchObject({
    memmap_device_bytes: '16777216',
    memmap_dram_bytes: '0',
    start: '2147483648',
    errno: '',
  });
  expect(rows[1]).toMatchObject({
    outcome: 'refused',
    errno: '95',
    code: 'R_EXAMPLE',
    text: 'Says "no",\nin two lines.',
  });
  expect(rows[2]).toMatchObject({ outcome: 'unknown', missing: 'iomem', memmap_device_bytes: '' });
  expect(rows[3]).toMatchObject({ severity: 'critical', code: 'F_CRITICAL', subject: 'namespace0.0', outcome: '' });
});
