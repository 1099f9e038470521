import { type Diagnostic, DiagnosticLog, quote } from '../text/diagnostic.ts';
import { exactNumber } from '../text/exact-number.ts';
import { linesOf } from '../text/lines.ts';

/** One zone of one NUMA node. Counts in pages, null where the line is absent. */
export interface Zone {
  readonly node: number;
  /** DMA, DMA32, Normal, Movable or Device. */
  readonly name: string;
  readonly free: number | null;
  readonly spanned: number | null;
  readonly present: number | null;
  readonly managed: number | null;
  /** First page frame number. */
  readonly startPfn: number | null;
}

/** The lines of a zone that are read; /proc/zoneinfo has a hundred others. */
const FIELDS = /^\s+(pages free|spanned|present|managed|start_pfn:)\s+(\d+)\s*$/;

/** Reads /proc/zoneinfo. */
export function parseZoneinfo(
  text: string,
  source = 'zoneinfo',
): { zones: readonly Zone[]; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const zones: { node: number; name: string; fields: Map<string, number> }[] = [];
  for (const { text: content, number: line } of linesOf(text)) {
    const head = /^Node (\d{1,5}), zone\s+(\w+)\s*$/.exec(content);
    if (head !== null) {
      zones.push({ node: Number(head[1]), name: head[2] ?? '', fields: new Map() });
      continue;
    }
    const field = FIELDS.exec(content);
    const zone = zones.at(-1);
    if (field === null || zone === undefined) {
      if (zone === undefined && content.trim() !== '') {
        log.error(line, `${quote(content)} stands before the first zone`, 'Node 0, zone DMA');
      }
      continue;
    }
    const count = exactNumber(field[2] ?? '');
    if (typeof count === 'number') zone.fields.set(field[1] ?? '', count);
    else log.error(line, `${quote(content)} is no exact number of pages`, 'a number below 2^53');
  }
  return {
    zones: zones.map(({ node, name, fields }) => ({
      node,
      name,
      free: fields.get('pages free') ?? null,
      spanned: fields.get('spanned') ?? null,
      present: fields.get('present') ?? null,
      managed: fields.get('managed') ?? null,
      startPfn: fields.get('start_pfn:') ?? null,
    })),
    diagnostics: log.list(),
  };
}
