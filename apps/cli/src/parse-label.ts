import { Labels } from '@altmap/protocol';
import { InvalidArgumentError } from 'commander';

/** For an option KEY=VALUE that may come more than once. */
export function parseLabel(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  const labels = { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  const parsed = Labels.safeParse(labels);
  if (at < 1 || !parsed.success) {
    throw new InvalidArgumentError(
      at < 1 ? 'Expected KEY=VALUE.' : (parsed.error?.issues[0]?.message ?? 'Not a label.'),
    );
  }
  return parsed.data;
}
