import { AltmapError } from '@altmap/protocol';

/** A time that is given as a member of an input. @throws AltmapError E_VALIDATION naming the member */
export function timeOf(member: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new AltmapError('E_VALIDATION', `${member}: expected a time as ISO 8601`);
  return time;
}
