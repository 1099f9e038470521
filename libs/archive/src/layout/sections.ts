import { type FactOf, factOfCommand, factOfPath } from './fact-of.ts';

/** One file or command in a text of supportconfig. */
export interface Section extends FactOf {
  /** "/proc/cmdline", "/usr/bin/uname -a". */
  readonly title: string;
  readonly content: string;
}

const HEADER = /^#==\[ ?(.{1,40}?) ?\]=*#?$/;
/** Of some files supportconfig takes only the end. */
const TITLE = /^# ?(.+?)(?: - Last \d+ Lines)?$/;
const NOT_THERE = /^# ?.* - File not found$|^ERROR: (Command not found|Not a normal text file)/;

/** The sections that tell something. A text without any section has none. */
export function sectionsOf(text: string): readonly Section[] {
  const lines = text.split('\n');
  const sections: Section[] = [];
  for (let at = 0; at < lines.length; ) {
    const type = HEADER.exec(lines[at] ?? '')?.[1];
    if (type === undefined) {
      at++;
      continue;
    }
    const end = endOfSection(lines, at + 1);
    const [head = '', ...body] = lines.slice(at + 1, end);
    at = end;
    const title = TITLE.exec(head)?.[1];
    const found = title === undefined ? null : factOf(type, title);
    if (title === undefined || found === null) continue;
    if ([head, ...body.slice(0, 2)].some((line) => NOT_THERE.test(line))) continue;
    sections.push({ ...found, title, content: withoutBlankEnd(body) });
  }
  return sections;
}

function endOfSection(lines: readonly string[], from: number): number {
  let end = from;
  while (end < lines.length && !HEADER.test(lines[end] ?? '')) end++;
  return end;
}

function factOf(type: string, title: string): FactOf | null {
  const path = /^(?:(?:\S*\/)?cat )?(\/\S+)$/.exec(title)?.[1];
  if (path !== undefined && (type !== 'Command' || path !== title)) return factOfPath(path.slice(1));
  return type === 'Command' ? factOfCommand(title) : null;
}

/** Supportconfig ends each section with an empty line or two. */
function withoutBlankEnd(lines: readonly string[]): string {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === '') end--;
  return end === 0 ? '' : `${lines.slice(0, end).join('\n')}\n`;
}
