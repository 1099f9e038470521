import { expect, it } from 'vitest';
import { attributeLines, memoryBlockLine } from './sysfs-text.ts';

it('makes a line of each line of a file, by path, and leaves out what is no text', () => {
  const files = new Map([
    ['sys/bus/nd/devices/region0/size', '1024\n'],
    ['sys/bus/nd/devices/region0/uevent', 'DEVTYPE=nd_pmem\nMODALIAS=nd:t2\n'],
    ['sys/bus/nd/devices/nmem0/config', 'a\0b'],
    ['sys/bus/nd/devices/region0/align', ''],
  ]);
  expect(attributeLines(files)).toBe(
    '/sys/bus/nd/devices/region0/align:\n/sys/bus/nd/devices/region0/size:1024\n/sys/bus/nd/devices/region0/uevent:DEVTYPE=nd_pmem\n/sys/bus/nd/devices/region0/uevent:MODALIAS=nd:t2\n',
  );
  expect(attributeLines(new Map())).toBe('');
});

it.each([
  ['128M', '8000000'],
  ['512M', '20000000'],
  ['1G', '40000000'],
  ['2G', '80000000'],
])('a memory block of %s', (size, hex) => {
  expect(memoryBlockLine(`RANGE SIZE\n\nMemory block size:       ${size}\nTotal online memory: 1G\n`)).toBe(
    `/sys/devices/system/memory/block_size_bytes:${hex}\n`,
  );
});

it.each(['', 'Memory block size:  1.5G\n', 'lsmem: This system does not support memory blocks\n'])(
  'no size: %s',
  (text) => {
    expect(memoryBlockLine(text)).toBeNull();
  },
);
