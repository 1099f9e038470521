import { expect, test } from 'vitest';
import { paletteFor } from '../output/palette.ts';
import { exampleReport } from './example-report.ts';
import { toTable } from './to-table.ts';

const stream = { write: () => {}, isTty: false, columns: null };
const plain = { palette: paletteFor('never', stream, {}), columns: null };

test('ranges, findings and remarks of a host', () => {
  const text = toTable(exampleReport(), plain);
  expect(text).toMatch(
    /namespace0\.0 +1 GiB +fsdax dev +4K \(own\) +as it is +ok +16 MiB +0 +1006 MiB +The memmap is on the device\.\n/,
  );
  expect(text).toMatch(/\n {2,}64K +as it is +refused +- +- +- +Says "no", in two lines\.\n/);
  expect(text).toMatch(/critical +F_CRITICAL +namespace0\.0 +It would be refused & lost\.\n/);
  expect(text).toContain('captures/odd name/config.gz:7  this is no symbol; expected CONFIG_NAME=value');
  expect(text).toContain('  devdax no (without DEV_DAX)\n');
  expect(text).not.toContain('\u001b');
});

test('--trace tells the steps, --picture draws', () => {
  expect(toTable(exampleReport({ trace: true }), plain)).toMatch(
    /pass +namespace-size +size=1073741824 \(0x40000000\) least=16777216/,
  );
  expect(toTable(exampleReport({ picture: true }), plain)).toMatch(/0x80000000 \|im+r=+\| 0xc0000000/);
});

test('colours only when asked for', () => {
  const colored = toTable(exampleReport(), { ...plain, palette: paletteFor('always', stream, {}) });
  expect(colored).toContain('\u001b[32mok');
});

test('a fleet ends with a count', () => {
  const [host] = exampleReport().hosts;
  if (host === undefined) throw new Error('the example has a host');
  expect(toTable(exampleReport({ hosts: [host, host] }), plain)).toMatch(/2 hosts: 2 critical, 0 warning, 2 info\n$/);
});
