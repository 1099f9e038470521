/** Input that cannot be used. The message names the file, the line where there is one, and what was expected. Exit status 2. */
export class InputError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'InputError';
  }
}

/** What the operating system said of a file, in words. */
export function fileErrorText(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const texts: Record<string, string> = {
    ENOENT: 'there is no such file or directory',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'expected a file, this is a directory',
    ENOTDIR: 'a part of this path is not a directory',
  };
  return `${path}: ${texts[code] ?? (error instanceof Error ? error.message : String(error))}`;
}
