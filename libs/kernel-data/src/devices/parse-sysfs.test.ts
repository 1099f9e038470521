import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSysfs, sysfsNumber } from './parse-sysfs.ts';

const read = (text: string): ReturnType<typeof parseSysfs> => parseSysfs(text, 'nd-sysfs');

describe('parseSysfs', () => {
  it('collects attributes and uevent lines by device', () => {
    const { bus, diagnostics } = read(
      [
        '/sys/bus/nd/devices/namespace0.0/resource:0x80000000',
        '/sys/bus/nd/devices/namespace0.0/size:2147483648',
        '/sys/bus/nd/devices/pfn0.0/supported_alignments:4096 2097152 ',
        '/sys/bus/nd/devices/ndbus0/uevent:OF_FULLNAME=/pmem@80000000',
        '/sys/bus/nd/devices/ndbus0/uevent:MODALIAS=nd:t0',
        '/sys/bus/nd/devices/nmem0/nfit/handle:0x1',
        '/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region1/size:4096',
        '',
      ].join('\n'),
    );
    expect(diagnostics).toEqual([]);
    expect([...bus.devices.keys()]).toEqual(['namespace0.0', 'pfn0.0', 'ndbus0', 'nmem0', 'region1']);
    const namespace = bus.devices.get('namespace0.0');
    expect(sysfsNumber(namespace, 'resource')).toBe(0x80000000);
    expect(sysfsNumber(namespace, 'size')).toBe(2147483648);
    expect(sysfsNumber(namespace, 'uuid')).toBeNull();
    expect(bus.devices.get('pfn0.0')?.attributes.get('supported_alignments')).toBe('4096 2097152');
    expect(bus.devices.get('ndbus0')?.uevent.get('OF_FULLNAME')).toBe('/pmem@80000000');
    expect(bus.devices.get('nmem0')?.attributes.get('nfit/handle')).toBe('0x1');
    expect(sysfsNumber(bus.devices.get('region1'), 'size')).toBe(4096);
  });

  it('keeps the first of two values, and passes over what is no device', () => {
    const { bus, diagnostics } = read(
      [
        '/sys/bus/dax/devices/dax0.0/size:1',
        '/sys/bus/dax/devices/dax0.0/size:2',
        'grep: /sys/bus/dax/devices/dax0.0/resource: Permission denied',
        'nonsense',
        '/sys/bus/dax/devices/dax0.0/uevent:DRIVER',
      ].join('\n'),
    );
    expect(sysfsNumber(bus.devices.get('dax0.0'), 'size')).toBe(1);
    expect(diagnostics.map((d) => [d.line, d.severity])).toEqual([
      [2, 'warning'],
      [3, 'info'],
      [4, 'warning'],
      [5, 'warning'],
    ]);
  });

  it('gives no number that it would have to round', () => {
    const { bus } = read('/sys/bus/nd/devices/region0/size:18446744073709551615\n');
    expect(sysfsNumber(bus.devices.get('region0'), 'size')).toBeNull();
  });

  it('takes no more devices than a machine can have', () => {
    const lines = Array.from({ length: 6000 }, (_, i) => `/sys/bus/nd/devices/region${i}/size:1\n`);
    const { bus, diagnostics } = read(lines.join(''));
    expect(bus.devices.size).toBe(4096);
    expect(diagnostics[0]).toMatchObject({ line: 4097, severity: 'error' });
  });

  it('reads back what was put in', () => {
    const device = fc.constantFrom('region0', 'namespace0.1', 'pfn12.3', 'ndbus1', 'nmem7');
    const attribute = fc.stringMatching(/^[a-z][a-z_0-9]{0,12}$/).filter((name) => name !== 'uevent');
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(device, attribute, value), { selector: ([d, a]) => `${d}/${a}` }), (all) => {
        const { bus, diagnostics } = read(all.map(([d, a, v]) => `/sys/bus/nd/devices/${d}/${a}:${v}\n`).join(''));
        expect(diagnostics).toEqual([]);
        for (const [d, a, v] of all) expect(bus.devices.get(d)?.attributes.get(a)).toBe(v);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(`/sys/bus/nd/devices/${text}`)));
  });
});
