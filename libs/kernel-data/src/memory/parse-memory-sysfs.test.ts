import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMemoryHotplug, parseMemorySysfs } from './parse-memory-sysfs.ts';

describe('parseMemorySysfs', () => {
  it('reads the block size as hexadecimal without 0x', () => {
    const { memory, diagnostics } = parseMemorySysfs(
      '/sys/devices/system/memory/auto_online_blocks:online\n/sys/devices/system/memory/block_size_bytes:8000000\n',
    );
    expect(diagnostics).toEqual([]);
    expect(memory).toEqual({ blockSizeBytes: 128 * 2 ** 20, autoOnlineBlocks: 'online' });
    expect(parseMemorySysfs('20000000\n').memory.blockSizeBytes).toBe(512 * 2 ** 20);
    expect(parseMemorySysfs('').memory).toEqual({ blockSizeBytes: null, autoOnlineBlocks: null });
  });

  it.each(['0', '7ffffff', '18000000', 'many', '8000000000000000'])('refuses a block of %s', (value) => {
    const { memory, diagnostics } = parseMemorySysfs(`\n/sys/devices/system/memory/block_size_bytes:${value}\n`);
    expect(memory.blockSizeBytes).toBeNull();
    expect(diagnostics).toMatchObject([{ line: 2, severity: 'error' }]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseMemorySysfs(text)));
  });
});

describe('parseMemoryHotplug', () => {
  it('reads the parameters', () => {
    const prefix = '/sys/module/memory_hotplug/parameters';
    const { hotplug, diagnostics } = parseMemoryHotplug(
      `${prefix}/memmap_on_memory:force\n${prefix}/online_policy:contig-zones\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(hotplug).toEqual({ memmapOnMemory: 'force', onlinePolicy: 'contig-zones' });
    expect(parseMemoryHotplug('Y\n').hotplug).toEqual({ memmapOnMemory: 'Y', onlinePolicy: null });
  });

  it('refuses a value that the parameter never has', () => {
    const { hotplug, diagnostics } = parseMemoryHotplug(
      '/sys/module/memory_hotplug/parameters/memmap_on_memory:perhaps\n???',
    );
    expect(hotplug.memmapOnMemory).toBeNull();
    expect(diagnostics.map((d) => [d.line, d.severity])).toEqual([
      [2, 'warning'],
      [1, 'error'],
    ]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseMemoryHotplug(text)));
  });
});
