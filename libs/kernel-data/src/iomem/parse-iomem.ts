import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactHex } from '../text/exact-number.ts';
import { type RawEntry, readEntries } from './iomem-lines.ts';
import type { MapEntry, MemoryMap } from './memory-map.ts';

/** Deeper nesting is not real: the kernel indents at most five levels (MAX_IORES_LEVEL, kernel/resource.c). */
const MAX_DEPTH = 32;
const KERNEL_DEPTH = 5;

interface Node {
  readonly start: number;
  /** Last byte. */
  readonly end: number;
  readonly indent: number;
  readonly line: number;
  readonly name: string;
  readonly children: Node[];
}

/**
 * Reads /proc/iomem into a tree. Nesting is told from the indentation, whatever its step, and checked against the
 * addresses: what does not lie in the entry above it is not its child. Ranges that end before they start and addresses
 * above 2^53 - 1 are left out with an error. Never throws.
 */
export function parseIomem(text: string, source = 'iomem'): { map: MemoryMap; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const ranges = readEntries(text, log).flatMap((raw) => toNode(raw, log));
  const zeroed = ranges.length > 0 && ranges.every((node) => node.start === 0 && node.end === 0);
  if (zeroed) {
    log.error(null, 'every address is zero: the file was read without root, and nothing can be placed', 'read as root');
  } else if (ranges.length === 0 && text.trim() !== '') {
    log.error(null, 'no line of this text is an entry of /proc/iomem', '40000000-7fffffff : System RAM');
  }
  const roots = buildTree(ranges, zeroed, log);
  if (!zeroed) reportOverlaps(roots, log);
  return { map: { entries: roots.map((node) => toEntry(node, zeroed)), zeroed }, diagnostics: log.list() };
}

function toNode(raw: RawEntry, log: DiagnosticLog): Node[] {
  const start = exactHex(raw.start);
  const end = exactHex(raw.end);
  const range = `${raw.start}-${raw.end}`;
  if (typeof start !== 'number' || typeof end !== 'number' || end - start === Number.MAX_SAFE_INTEGER) {
    log.error(raw.line, `${range} lies above 2^53 - 1`, 'a physical address of at most 52 bits');
    return [];
  }
  if (end < start) {
    log.error(raw.line, `${range} ends before it starts: the entry is left out`, 'start-end, both inclusive');
    return [];
  }
  return [{ start, end, indent: raw.indent, line: raw.line, name: raw.name, children: [] }];
}

function buildTree(nodes: readonly Node[], zeroed: boolean, log: DiagnosticLog): Node[] {
  const roots: Node[] = [];
  /** The entries that are open at this line: each one lies in the one before it. */
  let open: Node[] = [];
  const base = nodes.reduce((least, node) => Math.min(least, node.indent), Number.POSITIVE_INFINITY);
  for (const node of nodes) {
    // The kernel indents no deeper than five levels, so at the deepest a child looks like a sibling of its parent.
    const sharesIndent = (above: Node): boolean =>
      above.indent === node.indent && open.length > KERNEL_DEPTH && !zeroed && holds(above, node);
    open = open.filter((above) => above.indent < node.indent || sharesIndent(above));
    if (open.length === 0 && node.indent > base) {
      log.info(node.line, `${quote(node.name)} is indented but stands under no entry: its parents were cut off`);
    }
    const parent = zeroed ? open.at(-1) : open.findLast((above) => holds(above, node));
    if (parent !== open.at(-1)) {
      const above = open.at(-1)?.name ?? '';
      log.warning(node.line, `${quote(node.name)} does not lie in ${quote(above)}, under which it stands`);
      open = parent === undefined ? [] : open.slice(0, open.indexOf(parent) + 1);
    }
    (parent === undefined ? roots : parent.children).push(node);
    if (open.length < MAX_DEPTH) open = [...open, node];
  }
  return roots;
}

function holds(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function reportOverlaps(roots: readonly Node[], log: DiagnosticLog): void {
  const levels: (readonly Node[])[] = [roots];
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    const sorted = [...level].sort((a, b) => a.start - b.start || a.end - b.end);
    let last: Node | null = null;
    for (const node of sorted) {
      if (last !== null && node.start <= last.end) {
        log.warning(
          node.line,
          `${quote(node.name)} overlaps ${quote(last.name)} of line ${last.line}`,
          'separate ranges',
        );
      }
      if (last === null || node.end > last.end) last = node;
      if (node.children.length > 0) levels.push(node.children);
    }
  }
}

function toEntry(node: Node, zeroed: boolean): MapEntry {
  return {
    start: node.start,
    size: zeroed ? 0 : node.end - node.start + 1,
    name: node.name,
    children: node.children.map((child) => toEntry(child, zeroed)),
  };
}
