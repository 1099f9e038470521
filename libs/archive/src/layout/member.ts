import { AltmapError } from '@altmap/protocol';

/** The content of a member that may matter, or why it was not read. */
export type Member = Uint8Array | { readonly unread: string };

const MAX_SHOWN = 120;

/**
 * The path that a member's name stands for: no slash in front, no "." in it. It is only compared with patterns, never given
 * to a file system. Null for names with control characters, which no kernel and no collector makes.
 * @throws AltmapError E_ARCHIVE_PATH for ".."
 */
export function memberPath(name: string): string | null {
  if (/\p{Cc}/u.test(name)) return null;
  const components = name.split('/').filter((component) => component !== '' && component !== '.');
  if (components.includes('..')) {
    throw new AltmapError('E_ARCHIVE_PATH', `expected names inside of the archive, got ${shown(name)}`);
  }
  return components.join('/');
}

/** A name of the archive for a message: on one line, without what would control a terminal, and not too long. */
export function shown(name: string): string {
  const short = name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN - 1)}…` : name;
  return JSON.stringify(short).replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
