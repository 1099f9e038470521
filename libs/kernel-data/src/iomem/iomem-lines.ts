import { type DiagnosticLog, quote } from '../text/diagnostic.ts';
import { linesOf } from '../text/lines.ts';

/** One line of /proc/iomem. Addresses as they stand there, hexadecimal without 0x; `end` is the last byte. */
export interface RawEntry {
  readonly line: number;
  /** Columns before the range; a tab counts eight. */
  readonly indent: number;
  readonly start: string;
  readonly end: string;
  readonly name: string;
}

const EXPECTED = 'start-end : name, hexadecimal';

const ENTRY = /^([ \t]*)([0-9a-fA-F]+)-([0-9a-fA-F]+) ?:(?: |$)/;

/** Two lines that became one: an entry in the middle of a line. Shorter numbers would match in names. */
const NEXT_ENTRY = /(?<!\s)\s+(?=[0-9a-f]{8,16}-[0-9a-f]{8,16} : )/g;

/** Names of two words, whose second half a mail program may have put on the next line. */
const KNOWN_NAME =
  /^(System RAM|Kernel (code|data|rodata|bss)|Persistent Memory|Soft Reserved|Crash kernel|CXL Window|PCI (Bus|ECAM)|ACPI (Tables|Non-volatile Storage))\b/;

/** Reads the lines of /proc/iomem, mending those that a mail, a page or a terminal has wrapped or joined. */
export function readEntries(text: string, log: DiagnosticLog): readonly RawEntry[] {
  const entries: RawEntry[] = [];
  /** A piece of a line that ended before its entry did. */
  let piece: { text: string; line: number } | null = null;
  for (const { text: content, number } of linesOf(text)) {
    if (content.trim() === '') continue;
    let line = number;
    let whole = content;
    if (piece !== null) {
      whole = joinPiece(piece.text, content);
      line = piece.line;
      piece = null;
      if (ENTRY.test(whole)) log.warning(line, 'the line is wrapped', EXPECTED);
      else {
        log.error(line, `${quote(whole)} is no entry`, EXPECTED);
        whole = content;
        line = number;
      }
    }
    if (/^\s*([0-9a-f]{8,16}-|[0-9a-f]{8,16}-[0-9a-f]{8,16} ?:?)\s*$/.test(whole)) {
      piece = { text: whole.trimEnd(), line };
      continue;
    }
    readLine(whole, line, entries, log);
  }
  if (piece !== null) log.error(piece.line, `${quote(piece.text)} is no entry`, EXPECTED);
  return entries;
}

function joinPiece(head: string, tail: string): string {
  return head.endsWith('-') ? head + tail.trim() : `${head} ${tail.trim()}`;
}

function readLine(content: string, line: number, entries: RawEntry[], log: DiagnosticLog): void {
  // The blanks before a second entry are its indentation, if its newline was dropped and not made a blank.
  const cuts = [...content.matchAll(NEXT_ENTRY)].map((match) => match.index).filter((at) => at > 0);
  [0, ...cuts].forEach((from, i) => {
    const piece = content.slice(from, cuts[i]);
    const match = ENTRY.exec(piece);
    if (match === null) {
      readOther(piece, line, entries, log);
      return;
    }
    const [lead, blanks = '', start = '', end = ''] = match;
    if (i > 0) log.warning(line, 'two entries stand on one line', 'one entry a line', from + blanks.length + 1);
    const name = piece.slice(lead.length).trim();
    if (name === '') log.warning(line, `${start}-${end} has no name`, EXPECTED);
    entries.push({ line, indent: columns(blanks), start, end, name });
  });
}

function readOther(content: string, line: number, entries: RawEntry[], log: DiagnosticLog): void {
  const text = content.trim();
  if (/^(\.\.\.+|\[\.\.\.+\]|…|\[?snip\]?|<snip>)$/i.test(text)) {
    log.warning(line, 'entries are left out here: what is absent from this map proves nothing', 'the whole file');
    return;
  }
  const last = entries.at(-1);
  if (last !== undefined && !KNOWN_NAME.test(last.name) && KNOWN_NAME.test(`${last.name} ${text}`)) {
    log.warning(line, `the name ${quote(`${last.name} ${text}`)} is wrapped`, EXPECTED);
    entries[entries.length - 1] = { ...last, name: `${last.name} ${text}` };
    return;
  }
  log.error(line, `${quote(text)} is no entry`, EXPECTED);
}

function columns(blanks: string): number {
  return blanks.replace(/\t/g, '        ').length;
}
