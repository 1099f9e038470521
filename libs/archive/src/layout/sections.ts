import { type FactOf, factOfCommand, factOfPath } from './fact-of.ts';

/** One file or command in a text of supportconfig. */
export interface Section extends FactOf {
  /** "/proc/cmdline", "/usr/bin/uname -a". */
  readonly title: string;
  readonly content: string;
}

const HEADER_BEGIN = '#==[ ';
const HEADER = /^#==\[ (.{1,40}?) ?\]=*#?$/;
/** Of some files supportconfig takes only the end. */
const TITLE = /^# ?(.+?)(?: - Last \d+ Lines)?$/;
const NOT_THERE = /^# ?.* - File not found$|^ERROR: (?:Command not found|Not a normal text file)/m;
/** The errors stand at the beginning. */
const FIRST_CHARACTERS = 400;
const MAX_TITLE = 400;
/** supportconfig writes some ten into a text that tell something. */
const MAX_SECTIONS = 200;

/** The sections that tell something. A text without any section has none. */
export function sectionsOf(text: string): readonly Section[] {
  const sections: Section[] = [];
  for (let at = nextHeader(text, 0); at < text.length && sections.length < MAX_SECTIONS; ) {
    const body = endOfLine(text, at) + 1;
    const end = nextHeader(text, body);
    const section = sectionOf(text.slice(at, body - 1), text.slice(body, end));
    if (section !== null) sections.push(section);
    at = end;
  }
  return sections;
}

/** Where the next header begins; the end of the text where there is none. */
function nextHeader(text: string, from: number): number {
  if (text.startsWith(HEADER_BEGIN, from)) return from;
  const found = text.indexOf(`\n${HEADER_BEGIN}`, from);
  return found < 0 ? text.length : found + 1;
}

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}

/** `body` begins with the title. */
function sectionOf(header: string, body: string): Section | null {
  const titleEnd = endOfLine(body, 0);
  if (header.length > MAX_TITLE || titleEnd > MAX_TITLE) return null;
  const type = HEADER.exec(header)?.[1];
  const title = TITLE.exec(body.slice(0, titleEnd))?.[1];
  if (type === undefined || title === undefined) return null;
  const found = factOf(type, title);
  if (found === null || NOT_THERE.test(body.slice(0, titleEnd + FIRST_CHARACTERS))) return null;
  return { ...found, title, content: withoutBlankEnd(body.slice(titleEnd + 1)) };
}

function factOf(type: string, title: string): FactOf | null {
  const path = /^(?:(?:\S*\/)?cat )?(\/\S+)$/.exec(title)?.[1];
  if (path !== undefined && (type !== 'Command' || path !== title)) return factOfPath(path.slice(1));
  return type === 'Command' ? factOfCommand(title) : null;
}

/** Supportconfig ends each section with an empty line or two. */
function withoutBlankEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\n') end--;
  return end === 0 ? '' : `${text.slice(0, end)}\n`;
}
