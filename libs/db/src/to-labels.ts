import { z } from 'zod';

const StoredLabels = z.record(z.string(), z.string());

export function toLabels(stored: unknown): Readonly<Record<string, string>> {
  return StoredLabels.parse(stored);
}
