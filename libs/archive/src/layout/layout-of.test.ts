import { AltmapError } from '@altmap/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, mayMatter } from './layout-of.ts';

const laidOut = (...paths: string[]): readonly [string, string] | null => {
  const layout = layoutOf(paths);
  return layout === null ? null : [layout.kind, layout.root];
};

describe('layoutOf', () => {
  it.each<[readonly string[], string, string]>([
    [['iomem'], 'bundle', ''],
    [['altmap-bundle/manifest.json', 'altmap-bundle/host.json', 'altmap-bundle/iomem'], 'bundle', 'altmap-bundle/'],
    [['a/b/c/config.gz', 'a/b/c/ndctl-list-BRNDiv.json'], 'bundle', 'a/b/c/'],
    [['version', 'host/iomem', 'host/config'], 'bundle', 'host/'],
    [['proc/iomem'], 'tree', ''],
    [['x/proc/iomem', 'x/proc/cmdline', 'x/boot/config-6.1'], 'tree', 'x/'],
    [['x/usr/lib/modules/6.1/config'], 'tree', 'x/'],
    [['x/sys/devices/platform/e820_pmem/ndbus0/region0/size'], 'tree', 'x/'],
    [['sosreport-h/proc/iomem', 'sosreport-h/sos_commands/kernel/uname_-a'], 'sosreport', 'sosreport-h/'],
    [['h/data/insights_commands/ndctl_list_-Ni'], 'sosreport', 'h/data/'],
    [['scc_h_261123_1010/boot.txt', 'scc_h_261123_1010/proc.txt'], 'supportconfig', 'scc_h_261123_1010/'],
  ])('%j: %s in "%s"', (paths, kind, root) => {
    expect(laidOut(...paths)).toEqual([kind, root]);
    expect(laidOut(...paths.toReversed())).toEqual([kind, root]);
    expect(paths.every(mayMatter)).toBe(true);
  });

  it('is null where nothing matters', () => {
    const paths = ['README.md', 'sos_reports/sos.json', 'var/log/messages', 'proc', 'sys/module/nd_pmem/version/x'];
    expect(layoutOf(paths)).toBeNull();
    expect(paths.some(mayMatter)).toBe(false);
  });

  it('takes what lies below the directory of a host for the same host', () => {
    const layout = layoutOf([
      's/sos_commands/kernel/dmesg',
      's/proc/iomem',
      's/etc/selinux/config',
      's/sys/module/x/version',
    ]);
    expect(layout?.root).toBe('s/');
    expect([...(layout?.files.keys() ?? [])]).toEqual(['s/sos_commands/kernel/dmesg', 's/proc/iomem']);
    expect(layout?.passedOver).toEqual([]);
  });

  it('refuses two hosts, and passes over a stray file', () => {
    const stray = layoutOf(['a/iomem', 'a/version', 'docs/config']);
    expect([stray?.root, stray?.passedOver]).toEqual(['a/', ['docs/config']]);
    expect(() => layoutOf(['a/iomem', 'b/iomem'])).toThrow(/directories of several: "a\/", "b\/"$/);
    const many = 'abcde'.split('').flatMap((host) => [`${host}/iomem`, `${host}/version`]);
    expect(() => layoutOf(many)).toThrow(/"a\/", "b\/", "c\/" and 2 more$/);
  });

  it('tells the devices of libnvdimm from those of DAX and CXL', () => {
    const factOf = (path: string): string | undefined => layoutOf([path])?.files.get(path)?.fact;
    const bus = 'sys/devices/platform/acpi/ACPI0012:00/ndbus0';
    expect(factOf(`${bus}/region0/namespace0.0/mode`)).toBe('nd-attribute');
    expect(factOf(`${bus}/region0/nfit/range_index`)).toBe('nd-attribute');
    expect(factOf(`${bus}/region0/dax0.0/align`)).toBe('nd-attribute');
    expect(factOf(`${bus}/region0/dax0.0/dax0.0/size`)).toBe('dax-attribute');
    expect(factOf('sys/devices/platform/hmem.0/dax0.0/size')).toBe('dax-attribute');
    expect(factOf('sys/bus/nd/devices/dax0.0/size')).toBe('nd-attribute');
    const cxl = 'sys/devices/platform/ACPI0017:00/root0/decoder0.0/region0';
    expect(factOf(`${cxl}/size`)).toBeUndefined();
    expect(factOf(`${cxl}/dax_region0/dax0.0/size`)).toBe('dax-attribute');
  });

  it('takes any paths, in time that does not explode', () => {
    const component = fc.constantFrom(
      'proc',
      'sys',
      'devices',
      'boot',
      'config',
      'iomem',
      'sos_commands',
      'region0',
      'a',
      '',
    );
    const path = fc.array(component, { maxLength: 40 }).map((components) => components.join('/'));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 30 }), (paths) => {
        try {
          const layout = layoutOf(paths);
          if (layout === null) return paths.every((one) => !mayMatter(one));
          return [...layout.files.keys()].every((one) => one.startsWith(layout.root) && paths.includes(one));
        } catch (error) {
          return error instanceof AltmapError && error.code === 'E_ARCHIVE_FORMAT';
        }
      }),
      { numRuns: 500 },
    );
    expect(mayMatter(`sys/devices/${'region0/'.repeat(500)}x`)).toBe(true);
    expect(mayMatter(`${'sys/devices/'.repeat(300)}x`)).toBe(false);
  });
});
