import { parseIomem, walkMap } from '@altmap/kernel-data';
import { describe, expect, it } from 'vitest';
import { type Capture, readCaptures } from './capture.ts';
import { highestRaw, moveDevices } from './layout.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const captures = await readCaptures(new URL('../../../samples', import.meta.url).pathname);

type Parts = Capture['parts'];
const text = (parts: Parts, kind: 'iomem' | 'nd-sysfs' | 'dax-sysfs' | 'ndctl'): string =>
  new TextDecoder().decode(parts.get(kind));

function named(name: string): Capture {
  const found = captures.find((capture) => capture.name === name);
  if (found === undefined) throw new Error(`no capture ${name}`);
  return found;
}

function places(parts: Parts) {
  const { map, diagnostics } = parseIomem(text(parts, 'iomem'));
  const wrong = diagnostics.filter(({ severity }) => severity === 'error');
  expect(map.zeroed ? [] : wrong).toEqual([]);
  return [...walkMap(map.entries)].map(({ entry: { name, start, size } }) => ({ name, start, size }));
}
const isDevice = ({ name }: { name: string }): boolean => /^(namespace|dax|Persistent Memory)/.test(name);

const resources = (parts: Parts): number[] =>
  [...`${text(parts, 'nd-sysfs')}\n${text(parts, 'dax-sysfs')}`.matchAll(/\/resource:(0x[0-9a-f]+)$/gm)].map((found) =>
    Number(found[1]),
  );

describe('moveDevices', () => {
  it('gives the capture itself for the first layout', () => {
    const { parts, leftOut } = moveDevices(named('edge-4k-01').parts, { shift: 0, grow: 0 });
    expect(parts).toBe(named('edge-4k-01').parts);
    expect(leftOut).toEqual([]);
  });

  it.each(captures.map(({ name }) => name))(
    'moves the device memory of %s alike in every part, and nothing else',
    (name) => {
      const before = named(name).parts;
      const shift = 3 * GIB + 2 * MIB;
      const { parts: after, leftOut } = moveDevices(before, { shift, grow: 0 });
      const isHidden = /^0+-0+ /.test(text(before, 'iomem'));
      const moved = isHidden ? 0 : shift;
      expect(places(after)).toEqual(
        places(before).map((place) => (isDevice(place) ? { ...place, start: place.start + moved } : place)),
      );
      expect(resources(after)).toEqual(resources(before).map((resource) => resource + shift));
      expect(leftOut.every((kind) => before.has(kind) && !after.has(kind))).toBe(true);
      expect([...after.keys(), ...leftOut].sort()).toEqual([...before.keys()].sort());
    },
  );

  it('lets the highest region grow where it is raw: in the memory map, in sysfs and for ndctl', () => {
    const before = named('db-64k-01').parts;
    const { parts: after } = moveDevices(before, { shift: 0, grow: 16 * GIB });
    const grown = places(after).filter((place, i) => place.size !== places(before)[i]?.size);
    expect(grown).toEqual([{ name: 'namespace3.0', start: 8 * GIB, size: 17 * GIB }]);
    expect(text(after, 'nd-sysfs')).toContain(`/region3/size:${17 * GIB}\n`);
    expect(text(after, 'nd-sysfs')).toContain(`/namespace3.0/size:${17 * GIB}\n`);
    const regions = (JSON.parse(text(after, 'ndctl')) as { regions: { dev: string; size: number }[] }[])
      .flatMap((bus) => bus.regions)
      .map(({ dev, size }) => [dev, size]);
    expect(Object.fromEntries(regions)).toMatchObject({ region2: 2 * GIB, region3: 17 * GIB });
  });

  it('leaves a region alone that carries its size in an info block', () => {
    const before = named('nfit-4k-01').parts;
    expect(highestRaw(text(before, 'nd-sysfs'))).toBeNull();
    expect(places(moveDevices(before, { shift: 0, grow: 16 * GIB }).parts)).toEqual(places(before));
  });
});
