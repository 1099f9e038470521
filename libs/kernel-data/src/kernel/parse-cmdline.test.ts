import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cmdline, parseCmdline } from './parse-cmdline.ts';

const read = (text: string): Cmdline => parseCmdline(text).cmdline;

describe('parseCmdline', () => {
  it('finds parameters with and without values', () => {
    const cmdline = read(
      'BOOT_IMAGE=/vmlinuz nokaslr rodata=on memory_hotplug.memmap_on_memory=force kfence.sample_interval=0\n',
    );
    expect(cmdline.raw).toBe(
      'BOOT_IMAGE=/vmlinuz nokaslr rodata=on memory_hotplug.memmap_on_memory=force kfence.sample_interval=0',
    );
    expect(cmdline.has('nokaslr')).toBe(true);
    expect(cmdline.last('nokaslr')).toBeNull();
    expect(cmdline.last('rodata')).toBe('on');
    expect(cmdline.last('memory_hotplug.memmap_on_memory')).toBe('force');
    expect(cmdline.last('kfence.sample_interval')).toBe('0');
    expect(cmdline.has('memhp_default_state')).toBe(false);
    expect(cmdline.all('memhp_default_state')).toEqual([]);
  });

  it('keeps every value of a repeated parameter, the last one counts', () => {
    const cmdline = read('console=tty0 console=ttyAMA0,115200 quiet console=hvc0');
    expect(cmdline.all('console')).toEqual(['tty0', 'ttyAMA0,115200', 'hvc0']);
    expect(cmdline.last('console')).toBe('hvc0');
  });

  it('takes - and _ in names as equal, as the kernel does', () => {
    expect(read('memory-hotplug.memmap-on-memory=1').last('memory_hotplug.memmap_on_memory')).toBe('1');
  });

  it('reads quotes around a value and around the whole parameter', () => {
    const cmdline = read('dyndbg="file drivers/nvdimm/* +p" "efi=a b" x="y z" plain');
    expect(cmdline.last('dyndbg')).toBe('file drivers/nvdimm/* +p');
    expect(cmdline.last('efi')).toBe('a b');
    expect(cmdline.last('x')).toBe('y z');
    expect(cmdline.has('plain')).toBe(true);
  });

  it('leaves to init what follows --', () => {
    const cmdline = read('quiet -- nokaslr rodata=off');
    expect(cmdline.has('nokaslr')).toBe(false);
    expect(cmdline.parameters).toEqual([{ name: 'quiet', value: null }]);
  });

  it('says that a quote is open or that there is a second line', () => {
    expect(parseCmdline('a="b c d').diagnostics).toMatchObject([{ line: 1, severity: 'warning' }]);
    expect(read('a="b c d').last('a')).toBe('b c d');
    expect(parseCmdline('a=1\nb=2\n').diagnostics).toMatchObject([{ line: 2, severity: 'warning' }]);
    expect(read('a=1\nb=2\n').last('b')).toBe('2');
    expect(parseCmdline('').cmdline.parameters).toEqual([]);
  });

  it('reads a million empty lines in time that grows with their number', () => {
    const { cmdline } = parseCmdline(`a=1${'\n'.repeat(1_000_000)}b=2\r\n\n`);
    expect(cmdline.all('b')).toEqual(['2']);
    expect(cmdline.raw.endsWith('b=2')).toBe(true);
  });

  it('finds again what was put in', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_.]{0,10}$/);
    const value = fc.option(fc.stringMatching(/^[^"\s\p{Cc}][^"\p{Cc}]{0,12}$/u));
    fc.assert(
      fc.property(fc.array(fc.record({ name, value })), (parameters) => {
        const text = parameters.map((p) => (p.value === null ? p.name : `${p.name}="${p.value}"`)).join(' ');
        expect(read(text).parameters).toEqual(parameters);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseCmdline(text)));
  });
});
