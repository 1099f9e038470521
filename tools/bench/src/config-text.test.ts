import { parseConfig } from '@altmap/kernel-data';
import { expect, it } from 'vitest';
import { configText } from './config-text.ts';

it.each([4096, 16384, 65536] as const)(
  'makes a whole arm64 config of the size asked for, with %d-byte pages',
  (pageSize) => {
    const text = configText(350_000, pageSize);
    expect(text.length).toBeGreaterThanOrEqual(350_000);
    expect(text.length).toBeLessThan(351_000);
    const { config, diagnostics } = parseConfig(text);
    expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(config).toMatchObject({ complete: true, architecture: 'arm64', pageSize });
    expect(config.get('ZONE_DEVICE')).toEqual({ type: 'y' });
    const types = new Set([...config.symbols()].map(([, value]) => value.type));
    expect(types).toEqual(new Set(['y', 'm', 'not-set', 'number', 'string']));
  },
);
