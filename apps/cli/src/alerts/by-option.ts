import { AltmapError } from '@altmap/protocol';
import { InputError } from '../input-error.ts';

/** Members that are given by an option of another name: a secret on the command line would be seen by every user. */
const OPTIONS: Readonly<Record<string, string>> = { secret: 'secret-file' };

/** Says what is wrong with a member as being wrong with its option. @throws InputError, or what it was given */
export function byOption(error: unknown): never {
  const issues = error instanceof AltmapError ? (error.extra['issues'] as { path: string; message: string }[]) : [];
  const [issue] = issues ?? [];
  if (issue === undefined) throw error;
  throw new InputError(`--${OPTIONS[issue.path] ?? issue.path}: ${issue.message}`, error);
}
