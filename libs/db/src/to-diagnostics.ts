import type { Diagnostic } from '@altmap/policy';
import { z } from 'zod';

const StoredDiagnostics = z.array(
  z.object({
    source: z.string(),
    line: z.number().nullable(),
    message: z.string(),
    expected: z.string().nullable(),
    severity: z.enum(['error', 'warning', 'info']),
  }),
);

export function toDiagnostics(stored: unknown): readonly Diagnostic[] {
  return StoredDiagnostics.parse(stored);
}
